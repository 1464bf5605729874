//! Rules 5xx: time.
