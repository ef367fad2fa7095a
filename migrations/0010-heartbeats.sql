-- What an instance writes to find out whether it could write a payment down.
-- Oldest version that may run on it: the one whose newest migration is 0007.

CREATE TABLE heartbeats (
  -- One row for each start of an instance, so that no instance waits for another's lock.
  instance   TEXT   NOT NULL PRIMARY KEY,
  beat_at_ms BIGINT NOT NULL,
  -- On SQLite as much as a payment writes, so that a full disk shows; else empty.
  filler     TEXT   NOT NULL
);

CREATE INDEX heartbeats_age ON heartbeats (beat_at_ms);
