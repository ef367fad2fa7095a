-- Since when an attempt's end was not known; kept once it is known. A payment that BigCommerce shows as pending and then as
-- failed can only belong to an attempt that was not answered at once.
-- Oldest version that may run on it: the one whose newest migration is 0003.
ALTER TABLE payment_attempts ADD COLUMN unsettled_since_ms BIGINT;
-- Older rows do not say. It is safer to doubt one that was answered at once than to trust one that was not.
UPDATE payment_attempts SET unsettled_since_ms = sent_at_ms
  WHERE status IN ('declined', 'not_charged', 'unknown', 'pending', 'needs_review');
