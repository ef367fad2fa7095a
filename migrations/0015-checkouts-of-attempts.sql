-- Each attempt names its checkout, so that a payment on one of its orders sees what was paid on another. Before, only those did that were
-- made where checkouts can be paid. Those that have no end may still be charged; the ended ones are named when their charge shows.
-- Oldest version that may run on it: the one whose newest migration is 0014.
-- It leaves the name out where checkouts cannot be paid, and asks for the order that `checkouts` names alone.

UPDATE payment_attempts SET checkout_id = cart_id
WHERE checkout_id IS NULL AND cart_id IS NOT NULL AND status IN ('unknown', 'pending', 'needs_review');
