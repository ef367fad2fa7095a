-- Only declines use up an allowance against card testing. A payment that is still running, or whose end is not known yet, is
-- told apart from them.
-- Oldest version that may run on it: the one whose newest migration is 0007.
-- It counts all of them as declines, and leaves these columns as they are: what it wrote down as declined counts for it alone.

-- What the place stands for: a payment that is running, one whose end is unknown, or a decline.
ALTER TABLE velocity_holds ADD COLUMN state TEXT NOT NULL DEFAULT 'running'
  CHECK (state IN ('running', 'unknown', 'declined'));
ALTER TABLE velocity_holds ADD COLUMN begun_at_ms BIGINT NOT NULL DEFAULT 0;
UPDATE velocity_holds SET state = 'declined'
  WHERE EXISTS (SELECT 1 FROM payment_attempts WHERE id = attempt_id AND status = 'declined');
UPDATE velocity_holds SET state = 'unknown'
  WHERE EXISTS (SELECT 1 FROM payment_attempts
    WHERE id = attempt_id AND status IN ('unknown', 'pending', 'needs_review'));

-- What is counted before each payment.
CREATE INDEX velocity_holds_declined ON velocity_holds (subject_key, held_until_ms) WHERE state = 'declined';
CREATE INDEX velocity_holds_running ON velocity_holds (subject_key, begun_at_ms) WHERE state = 'running';
