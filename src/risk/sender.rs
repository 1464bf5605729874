//! Rules 6xx: binding.
