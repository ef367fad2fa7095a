-- Since when an attempt's end was not known; kept after it came. A payment that BigCommerce shows as pending and then as
-- failed can only be of an attempt that was not answered at once.
ALTER TABLE payment_attempts ADD COLUMN unsettled_since_ms BIGINT;
-- Of older rows it is not known: better to doubt one that was answered at once than to trust one that was not.
UPDATE payment_attempts SET unsettled_since_ms = sent_at_ms
  WHERE status IN ('declined', 'not_charged', 'unknown', 'pending', 'needs_review');
