//! Rules 1xx: header and cryptography.
