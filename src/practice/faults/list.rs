//! The faults, a line each: its type, its name, where it is, what it breaks. The code that a fault changes
//! asks `faults.contains(Fault::...)`.

use super::Part;

/// Declares the faults, and from their lines the type with its names.
macro_rules! faults {
    ($($fault:ident $name:literal $part:ident $breaks:literal,)+) => {
        /// A fault that can be switched on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $(
                #[doc = concat!("`", $name, "`: ", $breaks, ".")]
                $fault,
            )+
        }

        impl Fault {
            /// All, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$(Self::$fault),+];

            /// Its name on the command line and in chain files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)+
                }
            }

            /// What it breaks.
            pub const fn breaks(self) -> &'static str {
                match self {
                    $(Self::$fault => $breaks,)+
                }
            }

            /// Where.
            pub const fn part(self) -> Part {
                match self {
                    $(Self::$fault => Part::$part,)+
                }
            }
        }
    };
}

faults! {
    ScopeWidened "scope-widened" Exchange "an exchange grants scopes that the subject token does not have (DG-401)",
    MayActIgnored "may-act-ignored" Exchange "an exchange accepts an actor that may_act does not name (DG-410)",
    LifetimeExtended "lifetime-extended" Exchange "an exchanged token outlives its subject token (DG-501)",
    ActFlattened "act-flattened" Exchange "prior actors are dropped from act (DG-405)",
    SignatureIgnored "signature-ignored" Resource "resource servers do not check signatures",
    AlgNoneAccepted "alg-none-accepted" Resource "resource servers take tokens whose alg is none, in any case of letters",
    KeyConfusion "key-confusion" Resource "resource servers take HS256 with the bytes of their public key as the secret",
    JwkTrusted "jwk-trusted" Resource "resource servers verify with the key that the header brings in jwk",
    X5cTrusted "x5c-trusted" Resource "resource servers verify with the certificate that the header brings in x5c, whoever signed it",
    CritIgnored "crit-ignored" Resource "resource servers pass over crit",
    TypIgnored "typ-ignored" Resource "resource servers take tokens of any typ",
    ExpiryIgnored "expiry-ignored" Resource "resource servers do not look at exp",
    AudienceIgnored "audience-ignored" Resource "resource servers take tokens for others",
    IssuerIgnored "issuer-ignored" Resource "resource servers take tokens of any iss",
    AlgChosen "alg-chosen" Resource "resource servers verify under whatever algorithm the header names",
    SecretWeak "secret-weak" Resource "tokens are signed with HS256, and the secret is the word `secret`",
    BindingDropped "binding-dropped" Exchange "an exchange issues an unbound token though the request proves a key (DG-602)",
    SubjectKeyIgnored "subject-key-ignored" Exchange "an exchange takes bound tokens without a proof of their keys",
    ActorIgnored "actor-ignored" Exchange "an exchange does not ask whose token the actor token is",
    DpopBearerAccepted "dpop-bearer-accepted" Proof "resource servers take bound tokens as Bearer, without a proof",
    DpopSignatureIgnored "dpop-signature-ignored" Proof "resource servers do not check the signature of DPoP proofs",
    DpopTypIgnored "dpop-typ-ignored" Proof "resource servers take proofs of any typ",
    DpopAlgIgnored "dpop-alg-ignored" Proof "resource servers take proofs of any alg, unsigned ones as well",
    DpopKeyIgnored "dpop-key-ignored" Proof "resource servers take proofs by any key",
    DpopHtmIgnored "dpop-htm-ignored" Proof "resource servers do not compare htm of a proof with the method",
    DpopHtuIgnored "dpop-htu-ignored" Proof "resource servers do not compare htu of a proof with the address",
    DpopAthIgnored "dpop-ath-ignored" Proof "resource servers do not compare ath of a proof with the token",
    DpopIatIgnored "dpop-iat-ignored" Proof "resource servers take proofs of any age",
    DpopReplayAccepted "dpop-replay-accepted" Proof "resource servers take a proof more than once",
    DpopNonceDemanded "dpop-nonce-demanded" Option "no fault but an option: token endpoint and resource servers ask for a nonce in each DPoP proof",
    SignsRs256 "signs-rs256" Option "no fault but an option: tokens are signed with RS256",
    SignsPs256 "signs-ps256" Option "no fault but an option: tokens are signed with PS256",
    SignsHs256 "signs-hs256" Option "no fault but an option: tokens are signed with HS256, with a secret that the resource servers share",
}
