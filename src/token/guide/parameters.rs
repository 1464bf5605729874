//! Header parameters of JWS and JWE (IANA "JSON Web Signature and Encryption Header Parameters").

use super::meaning::{Meaning, registered as reg, specified as spec};

/// Header parameters.
#[rustfmt::skip] // a table: one line a parameter
pub(super) const PARAMETERS: &[Meaning] = &[
    reg("alg", "The algorithm of the signature, or of how the content's key is protected.", "Set by whoever signs; an attacker can choose it, so the verifier compares it with a list of its own and with the key.", "RFC 7515 §4.1.1"),
    reg("enc", "The algorithm that the content is encrypted with.", "Set by the sender; the recipient compares it with a list of its own.", "RFC 7516 §4.1.2"),
    reg("zip", "How the content was compressed before it was encrypted; only `DEF`.", "Set by the sender; the recipient bounds what it unpacks.", "RFC 7516 §4.1.3"),
    reg("typ", "What the whole token is: `at+jwt`, `dpop+jwt` and the like; `JWT` says nothing.", "Set by whoever signs; the recipient compares it with the kind that it expects.", "RFC 7515 §4.1.9, RFC 8725 §3.11"),
    reg("cty", "What the content is; `JWT` when a token is inside.", "Set by whoever signs or encrypts; the recipient verifies what is inside for itself.", "RFC 7515 §4.1.10"),
    reg("kid", "A hint which key it is.", "Set by whoever signs; an attacker can choose it, so it only selects among the keys of the expected issuer.", "RFC 7515 §4.1.4"),
    reg("jku", "An address of a key set.", "Set by whoever signs; never fetched unless the address is on the verifier's own list.", "RFC 7515 §4.1.2"),
    reg("jwk", "The public key itself.", "Set by whoever signs; proves nothing by itself, right only in proofs of possession.", "RFC 7515 §4.1.3"),
    reg("x5u", "An address of a certificate.", "Set by whoever signs; never fetched unless the address is on the verifier's own list.", "RFC 7515 §4.1.5"),
    reg("x5c", "The certificate chain, leaf first.", "Set by whoever signs; the verifier builds a path to an anchor of its own.", "RFC 7515 §4.1.6"),
    reg("x5t", "The SHA-1 fingerprint of the certificate.", "Set by whoever signs; only selects a key.", "RFC 7515 §4.1.7"),
    reg("x5t#S256", "The SHA-256 fingerprint of the certificate.", "Set by whoever signs; only selects a key.", "RFC 7515 §4.1.8"),
    reg("crit", "Parameters that must be understood.", "Set by whoever signs; the verifier refuses when it does not understand one.", "RFC 7515 §4.1.11"),
    reg("b64", "Whether the payload is encoded; `false` must stand in `crit` as well, and never in a JWT.", "Set by whoever signs; changes what is signed.", "RFC 7797 §3"),
    reg("epk", "The sender's ephemeral public key.", "Set by the sender; the recipient checks that it lies on the curve.", "RFC 7518 §4.6.1.1"),
    reg("apu", "Who sends, for key agreement.", "Set by the sender; goes into the derived key.", "RFC 7518 §4.6.1.2"),
    reg("apv", "Who receives, for key agreement.", "Set by the sender; goes into the derived key.", "RFC 7518 §4.6.1.3"),
    reg("iv", "The initialization vector of the key encryption.", "Set by the sender.", "RFC 7518 §4.7.1.1"),
    reg("tag", "The authentication tag of the key encryption.", "Set by the sender; checked by the recipient.", "RFC 7518 §4.7.1.2"),
    reg("p2s", "The salt that a key is derived from a password with.", "Set by the sender.", "RFC 7518 §4.8.1.1"),
    reg("p2c", "How often the derivation from a password is repeated.", "Set by the sender; the recipient bounds it, or it works for ever.", "RFC 7518 §4.8.1.2"),
    reg("iss", "The claim, repeated in the header of an encrypted token.", "Set by the sender; must equal the claim inside.", "RFC 7519 §5.3"),
    reg("sub", "The claim, repeated in the header of an encrypted token.", "Set by the sender; must equal the claim inside.", "RFC 7519 §5.3"),
    reg("aud", "The claim, repeated in the header of an encrypted token.", "Set by the sender; must equal the claim inside.", "RFC 7519 §5.3"),
    reg("url", "The address that an ACME request is for.", "Set by the client; compared by the server.", "RFC 8555 §6.4.1"),
    reg("nonce", "What the ACME server gave against replay.", "Chosen by the server; compared by it.", "RFC 8555 §6.5.2"),
    reg("ppt", "The sort of PASSporT.", "Set by the provider; the verifier decides by it which claims there must be.", "RFC 8225 §8.1"),
    reg("svt", "What came of validating the signature before.", "Set by a validation service; verified as its own token.", "RFC 9321 §4.1"),
    reg("trust_chain", "The statements from the signer up to a trust anchor.", "Set by whoever signs; verified link by link.", "OpenID Federation §4.3"),
    reg("iheSSId", "The set of documents that a signature is about.", "Set by the signer.", "IHE ITI DSGj §5.10"),
    reg("peer_trust_chain", "The statements from the recipient up to a trust anchor.", "Set by whoever signs; verified link by link.", "OpenID Federation §4.4"),
    reg("jwt", "The issuer's own statement about the key.", "Set by whoever signs; verified as its own token.", "OpenID for Verifiable Presentations §12"),
    reg("client_id", "Which client signed.", "Set by the client; the server reads it before it knows the key, and compares it with the claim inside.", "RFC 6749 §2.2"),
    spec("key_attestation", "A statement about how the key is kept.", "Set by the wallet's maker; verified as its own token.", "OpenID for Verifiable Credential Issuance, appendix D"),
    spec("vctm", "The metadata of the credential's type, as documents.", "Set by the issuer; compared with `vct#integrity`.", "draft-ietf-oauth-sd-jwt-vc §6.3.5"),
];
