-- So that the metrics can count, every few seconds, the payments that have no end yet without reading those that have.

CREATE INDEX payment_attempts_unsettled ON payment_attempts (store_hash, status, sent_at_ms)
  WHERE status IN ('unknown', 'pending', 'needs_review');
