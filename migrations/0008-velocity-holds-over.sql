-- The sweep finds the places whose time is over without reading the others.
-- Oldest version that may run on it: the one whose newest migration is 0007.

CREATE INDEX velocity_holds_over ON velocity_holds (held_until_ms);
