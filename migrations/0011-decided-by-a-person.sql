-- When a person decided how a payment ended: whoever asks for it is told so. Who it was and why is in payment_history.
-- Oldest version that may run on it: the one whose newest migration is 0007.

ALTER TABLE payment_attempts ADD COLUMN decided_at_ms BIGINT;
