-- For finding out later what became of a payment whose answer was lost.
-- Oldest version that may run on it: the one whose newest migration is 0002.

-- When BigCommerce is asked about the attempt next; null: nothing is left to find out.
ALTER TABLE payment_attempts ADD COLUMN next_look_at_ms BIGINT;
-- Until when one instance has the attempt to itself.
ALTER TABLE payment_attempts ADD COLUMN leased_until_ms BIGINT;
ALTER TABLE payment_attempts ADD COLUMN looked_at_ms BIGINT;
-- How many looks it had; and how many of the latest, since when, found the order untouched after its PAT had expired.
ALTER TABLE payment_attempts ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_attempts ADD COLUMN quiet_looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_attempts ADD COLUMN quiet_since_ms BIGINT;

CREATE INDEX payment_attempts_due ON payment_attempts (next_look_at_ms) WHERE next_look_at_ms IS NOT NULL;
CREATE INDEX payment_attempts_order ON payment_attempts (store_hash, order_id, created_at_ms);
-- What a crash may have left running.
CREATE INDEX payment_attempts_open ON payment_attempts (updated_at_ms) WHERE status IN ('claimed', 'sending');
