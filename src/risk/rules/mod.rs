//! The rules, a file each: what a rule says of itself, its check, and its cases. This list is all that
//! stands of a rule outside its file.

use super::rule::Rule;

/// A line for each rule, in the order of their ids.
macro_rules! rules {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*

        /// All rules, in the order of their ids.
        pub static ALL: &[&Rule] = &[$(&$file::RULE),*];

        /// The cases of all rules.
        #[cfg(test)]
        pub(super) fn cases() -> Vec<(&'static Rule, Vec<super::cases::Case>)> {
            vec![$((&$file::RULE, $file::cases())),*]
        }
    };
}

rules! {
    dg101_unsigned,
    dg102_hmac_public_issuer,
    dg107_hostile_kid,
    dg108_remote_key,
    dg109_key_in_header,
    dg110_crit,
    dg111_generic_typ,
    dg113_signature,
    dg114_ambiguous_json,
    dg117_private_key,
    dg118_presentation,
    dg201_no_issuer,
    dg202_no_subject,
    dg203_no_expiry,
    dg204_no_identifier,
    dg206_incomplete,
    dg207_wrong_type,
    dg211_malformed_act,
    dg212_validity_in_act,
    dg301_no_audience,
    dg303_several_audiences,
    dg306_privileged_scope,
    dg401_scope_widened,
    dg402_scope_not_comparable,
    dg403_audience_widened,
    dg404_actors_dropped,
    dg405_actors_truncated,
    dg406_actors_reordered,
    dg407_actors_spliced,
    dg408_no_new_actor,
    dg409_subject_changed,
    dg410_actor_not_allowed,
    dg412_impersonation,
    dg413_actor_mismatch,
    dg415_cycle,
    dg416_too_deep,
    dg419_ambiguous_actor,
    dg421_txn_changed,
    dg428_missing_hop,
    dg501_outlives_parent,
    dg502_long_life,
    dg503_expired,
    dg601_bearer,
    dg602_binding_dropped,
    dg604_key_handed_on,
    dg605_shared_key,
    dg606_proof_defective,
    dg607_token_hash,
    dg608_proof_reuse,
    dg609_bound_as_bearer,
    dg703_id_jag,
    dg704_spiffe_id,
    dg705_jwt_svid,
    dg706_svid_life,
}

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}
