//! Rules 3xx: audience and scope of one token.
