//! Every rule with its texts.
