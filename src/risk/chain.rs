//! Rules 4xx: from hop to hop.
