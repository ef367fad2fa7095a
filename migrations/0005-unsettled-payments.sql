-- The metrics count the payments without an end every few seconds, without reading those that have ended.
-- Oldest version that may run on it: the one whose newest migration is 0004.

CREATE INDEX payment_attempts_unsettled ON payment_attempts (store_hash, status, sent_at_ms)
  WHERE status IN ('unknown', 'pending', 'needs_review');
