-- What it takes to keep the allowance whatever is done to a clock, and whenever the limit changes.
-- Oldest version that may run on it: the one whose newest migration is 0007.
-- It leaves the new columns as they are. It uses surplus permits too, so a limit that was made smaller is in force once no
-- instance of it runs; and it is as wrong as ever when a clock is set.

-- Kept when the limit became smaller: not used, but on record until the window of its last payment is over.
ALTER TABLE payment_tokens ADD COLUMN surplus INTEGER NOT NULL DEFAULT 0;
-- When not_before_ms was last set. In the future it shows, as reserved_at_ms does, that the clock has been set back since.
ALTER TABLE payment_tokens ADD COLUMN held_at_ms BIGINT NOT NULL DEFAULT 0;
-- The machine that reserved it last, and how long that machine had been up: shows how much time has really gone by since.
ALTER TABLE payment_tokens ADD COLUMN machine TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_tokens ADD COLUMN machine_up_ms BIGINT NOT NULL DEFAULT 0;

-- SQLite only: the moment at which a machine started, fixed when it is first needed. With how long the machine has been up
-- it makes a clock that cannot be set, the same for all processes that share the file.
CREATE TABLE machine_starts (
  machine       TEXT   NOT NULL PRIMARY KEY,
  started_at_ms BIGINT NOT NULL
);
