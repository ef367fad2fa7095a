-- What it takes to say only what is true of a charge: which attempt holds an order, when its PAT was made and what it was
-- answered, and how ended payments are watched.
-- Oldest version that may run on it: the one whose newest migration is 0007.
-- An older one does not write holds_order, which is the fence from here on.

-- The order that this attempt keeps from being paid by another one; null where it keeps none. A column of its own, so that a
-- charge that shows late can be written down although another attempt holds the order.
ALTER TABLE payment_attempts ADD COLUMN holds_order BIGINT;
UPDATE payment_attempts SET holds_order = order_id
  WHERE status IN ('claimed', 'sending', 'pending', 'unknown', 'needs_review')
     OR (status = 'succeeded' AND instrument_type NOT IN ('gift_certificate', 'store_credit'));
CREATE UNIQUE INDEX payment_attempts_holds_order ON payment_attempts (store_hash, holds_order)
  WHERE holds_order IS NOT NULL;
DROP INDEX payment_attempts_fence;

-- By BigCommerce's clock: the Date of the answer that brought the PAT.
ALTER TABLE payment_attempts ADD COLUMN pat_issued_at_ms BIGINT;
-- Since when BigCommerce has called the payment pending, if it ever has: then nothing that is missing proves an end.
ALTER TABLE payment_attempts ADD COLUMN pending_since_ms BIGINT;
UPDATE payment_attempts SET pending_since_ms = updated_at_ms WHERE status = 'pending';
-- An answer that proves little, and when it came by BigCommerce's clock: `refused` and `refused_oddly` in words that we do not
-- know, `turned_away` by 429 twice.
ALTER TABLE payment_attempts ADD COLUMN answered_as TEXT CHECK (answered_as IN ('refused', 'refused_oddly', 'turned_away'));
ALTER TABLE payment_attempts ADD COLUMN answered_at_ms BIGINT;
-- What the whole order cost when it was charged, in minor units; null where the order was not read.
ALTER TABLE payment_attempts ADD COLUMN order_total BIGINT;
-- The checkout that the order came from, in lower case.
ALTER TABLE payment_attempts ADD COLUMN cart_id TEXT;
ALTER TABLE payment_attempts ADD COLUMN ended_at_ms BIGINT;
UPDATE payment_attempts SET ended_at_ms = updated_at_ms
  WHERE status IN ('succeeded', 'declined', 'not_charged', 'not_sent');

-- A look that a client or a webhook asked for; it goes before those that are merely due.
ALTER TABLE payment_attempts ADD COLUMN asked_at_ms BIGINT;
CREATE INDEX payment_attempts_asked ON payment_attempts (store_hash, asked_at_ms) WHERE asked_at_ms IS NOT NULL;
-- When an ended payment is looked at again, behind everything else.
ALTER TABLE payment_attempts ADD COLUMN next_watch_at_ms BIGINT;
CREATE INDEX payment_attempts_watched ON payment_attempts (store_hash, next_watch_at_ms)
  WHERE next_watch_at_ms IS NOT NULL;

-- The one order of a checkout that may be charged. BigCommerce makes as many orders from a checkout as it is asked for.
CREATE TABLE checkouts (
  store_hash    TEXT   NOT NULL,
  checkout_id   TEXT   NOT NULL,
  order_id      BIGINT,
  holder        TEXT   NOT NULL REFERENCES payment_attempts (id),
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (store_hash, checkout_id)
);

-- Orders on which BigCommerce shows a charge that no payment of ours accounts for: nothing new is claimed for them until a
-- look no longer sees it.
CREATE TABLE unaccounted_charges (
  store_hash TEXT   NOT NULL,
  order_id   BIGINT NOT NULL,
  seen_at_ms BIGINT NOT NULL,
  PRIMARY KEY (store_hash, order_id)
);

-- What an attempt's own columns do not hold of its story: looks that changed something, and what people decided and why.
CREATE TABLE payment_history (
  attempt_id TEXT    NOT NULL REFERENCES payment_attempts (id),
  number     INTEGER NOT NULL,
  at_ms      BIGINT  NOT NULL,
  what       TEXT    NOT NULL,
  by_whom    TEXT    NOT NULL,
  because    TEXT,
  PRIMARY KEY (attempt_id, number)
);
