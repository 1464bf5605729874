//! Numbers and encodings of an ECDSA signature.

use crate::attack::{Family, Forged, Forgery, draft::Draft};
use crate::{
    jose::{Family as AlgFamily, crypto::forge},
    kit::text::escape,
};

const RANGE: &str = "R and S are not checked to lie between 1 and the order: a signature can be made without a key.";
const FORM: &str =
    "The signature is read in another form than RFC 7518 §3.4 has it: two texts for one token.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Ecdsa;
    vec![
        Forgery::token(F, "ecdsa-zero", "R and S zero", "R and S become 0: with them the equation holds for every key and every message.", "CVE-2022-21449; JWT Editor, Wycheproof", "R and S may be zero: anyone can write any token (\"psychic signatures\").", |d| numbers(d, |s| Some(vec![0; s.len()]))),
        Forgery::token(F, "ecdsa-zero-der", "R and S zero, in DER", "R and S become 0, written in DER.", "CVE-2022-21449; Wycheproof", RANGE, |d| numbers(d, |_| Some(vec![0x30, 6, 2, 1, 0, 2, 1, 0]))),
        Forgery::token(F, "ecdsa-one", "R and S one", "R and S become 1.", "FIPS 186-5 §6.4.2; Wycheproof", RANGE, |d| numbers(d, |s| { let mut one = vec![0; s.len()]; let half = s.len() / 2; *one.get_mut(half.checked_sub(1)?)? = 1; *one.last_mut()? = 1; Some(one) })),
        Forgery::token(F, "ecdsa-der", "DER instead of R and S", "The signature is written in DER; it is otherwise good.", "RFC 7518 §3.4; Wycheproof", FORM, |d| numbers(d, |s| Some(forge::ecdsa_der(s)))),
        Forgery::token(F, "ecdsa-twin", "The other S", "S becomes the order less S: a second signature that verifies.", "Wycheproof (high S)", "Nothing is wrong by RFC 7518: a token has two texts. Do not revoke, cache or deduplicate by a token's text.", |d| numbers(d, |s| forge::ecdsa_twin(&d.with.alg, s))).either(),
        Forgery::token(F, "ecdsa-truncated", "Truncated", "The last byte of S is cut off.", "RFC 7518 §3.4; Wycheproof", FORM, |d| numbers(d, |s| Some(s[..s.len() - 1].to_vec()))),
        Forgery::token(F, "ecdsa-extended", "Extended", "R and S each get a leading zero byte.", "RFC 7518 §3.4; Wycheproof", FORM, |d| numbers(d, |s| { let (r, s) = s.split_at(s.len() / 2); Some([&[0], r, &[0], s].concat()) })),
        Forgery::token(F, "ecdsa-r-out-of-range", "R out of range", "R becomes the order of the group.", "FIPS 186-5 §6.4.2; Wycheproof", RANGE, |d| numbers(d, |s| forge::ecdsa_out_of_range(&d.with.alg, s))),
        Forgery::token(F, "ecdsa-s-out-of-range", "S out of range", "S becomes the order of the group.", "FIPS 186-5 §6.4.2; Wycheproof", RANGE, |d| numbers(d, |s| forge::ecdsa_s_out_of_range(&d.with.alg, s))),
        Forgery::token(F, "ecdsa-all-ones", "R and S too large", "Every bit of R and S is set.", "FIPS 186-5 §6.4.2; Wycheproof", RANGE, |d| numbers(d, |s| Some(vec![0xff; s.len()]))),
        Forgery::token(F, "ecdsa-swapped", "R and S swapped", "R and S change places.", "RFC 7518 §3.4; own", FORM, |d| numbers(d, |s| { let (r, s) = s.split_at(s.len() / 2); Some([s, r].concat()) })),
    ]
}

fn numbers(d: &Draft<'_>, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Forged {
    if d.with.alg.family() != AlgFamily::Ecdsa {
        return Err(format!(
            "the token is signed with {}, not with ECDSA",
            escape(d.with.alg.name())
        ));
    }
    let signature = d.signature()?;
    let changed =
        change(&signature).ok_or("the signature does not have the length of its algorithm")?;
    d.with_signature(&changed)
}
