//! Names of workloads by SPIFFE.

/// Whether a name is a SPIFFE ID; its scheme is written in any case (RFC 3986 §3.1).
pub fn is_spiffe(name: &str) -> bool {
    name.get(..9)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("spiffe://"))
}
