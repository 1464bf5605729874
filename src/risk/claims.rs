//! Rules 2xx: claims of one token.
