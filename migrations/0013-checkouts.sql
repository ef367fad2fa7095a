-- A checkout that is paid becomes an order on the way: which payment makes it, and what has become of the making.
-- Oldest version that may run on it: the one whose newest migration is 0012.
-- An older one takes a checkout whose order is being made for free, and then the payment that makes it is not sent. Until there is
-- an order, such a payment has the number 2147483648, which no order has: the older version shows it, and ends it as not sent.

-- The checkout by which an attempt is read and counted; null where checkouts cannot be paid, or the order came from none.
ALTER TABLE payment_attempts ADD COLUMN checkout_id TEXT;
CREATE INDEX payment_attempts_checkout ON payment_attempts (store_hash, checkout_id, created_at_ms)
  WHERE checkout_id IS NOT NULL;

-- Each time that BigCommerce was asked to make an order of a checkout. Where `checkouts` names no order, its holder's making is
-- the one that is waited for.
CREATE TABLE order_makings (
  attempt_id        TEXT    NOT NULL PRIMARY KEY REFERENCES payment_attempts (id),
  store_hash        TEXT    NOT NULL,
  checkout_id       TEXT    NOT NULL,
  -- What the cart held then, as a digest, and when it was last edited: what shows whether it was edited since.
  cart_contents     TEXT    NOT NULL,
  cart_edited_at_ms BIGINT,
  begun_at_ms       BIGINT  NOT NULL,
  -- The largest number of an order of the checkout then; 0 for none. What it has made has a larger one.
  newest_order      BIGINT  NOT NULL,
  -- The order that it has made; null while that is not known, or where it has made none.
  order_id          BIGINT  CHECK (order_id > 0),
  -- The looks in a row that read all orders of the checkout, and none that it could have made.
  empty_looks       INTEGER NOT NULL DEFAULT 0,
  -- When its order is looked for next; null: it is known what has become of it.
  next_look_at_ms   BIGINT,
  leased_until_ms   BIGINT
);

CREATE INDEX order_makings_checkout ON order_makings (store_hash, checkout_id, begun_at_ms);
CREATE INDEX order_makings_due ON order_makings (store_hash, next_look_at_ms) WHERE next_look_at_ms IS NOT NULL;
