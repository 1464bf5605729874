//! RSA keys: their numbers, and what is known of weak ones.

use aws_lc_rs::signature::{RsaKeyPair, RsaPublicKeyComponents};
use zeroize::Zeroizing;

use super::{damaged, jwk, member, private_member};
use crate::jose::{
    b64, der,
    jwk::{Jwk, KeyError, MemberProblem, Unsupported},
};

/// Modulus and exponent without leading zeros; RSA outside 2048 to 8192 bit is not supported.
pub fn rsa_public(key: &Jwk) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
    let n = der::strip(&member(key, "n")?).to_vec();
    let e = der::strip(&member(key, "e")?).to_vec();
    let bits = der::bit_length(&n);
    if bits < 2048 {
        return Err(KeyError::Weak { bits });
    }
    if bits > 8192 {
        return Err(Unsupported::RsaBits(bits).into());
    }
    if e.len() > 5 || e.last().is_none_or(|b| b & 1 == 0) || e == [1] {
        return Err(KeyError::Member {
            member: "e",
            problem: MemberProblem::Exponent,
        });
    }
    Ok((n, e))
}

/// Whether an RSA modulus bears the mark of ROCA (CVE-2017-15361): modulo small primes it is a power
/// of 65537, as the primes of that generator are and others hardly ever.
pub fn is_roca(key: &Jwk) -> bool {
    // Those that few other numbers pass come first.
    const PRIMES: [u64; 38] = [
        11, 37, 73, 97, 13, 61, 103, 109, 127, 151, 157, 17, 19, 23, 29, 31, 41, 43, 47, 53, 59,
        67, 71, 79, 83, 89, 101, 107, 113, 131, 137, 139, 149, 163, 167, 3, 5, 7,
    ];
    if key.kty() != "RSA" {
        return false;
    }
    let Ok(n) = member(key, "n") else {
        return false;
    };
    !n.is_empty()
        && PRIMES.iter().all(|prime| {
            // Four bytes at a time.
            let (head, whole) = n.as_slice().split_at(n.len() % 4);
            let head = head.iter().fold(0, |sum, b| sum * 256 + u64::from(*b));
            let rest = whole.chunks_exact(4).fold(head % prime, |rest, four| {
                let four = four.iter().fold(0, |sum, b| sum * 256 + u64::from(*b));
                ((rest << 32) + four) % prime
            });
            let mut power = 1;
            (0..*prime).any(|_| {
                power = power * 65_537 % prime;
                power == rest
            })
        })
}

fn rsa_parts(key: &Jwk) -> Result<[Zeroizing<Vec<u8>>; 8], KeyError> {
    if key.0.contains_key("oth") {
        return Err(Unsupported::RsaPrimes.into());
    }
    let (n, e) = rsa_public(key)?;
    Ok([
        Zeroizing::new(n),
        Zeroizing::new(e),
        private_member(key, "d")?,
        private_member(key, "p")?,
        private_member(key, "q")?,
        private_member(key, "dp")?,
        private_member(key, "dq")?,
        private_member(key, "qi")?,
    ])
}

/// The pair, its numbers checked against each other.
#[allow(clippy::many_single_char_names)] // the names of RFC 7518 §6.3
pub fn rsa_pair(key: &Jwk) -> Result<RsaKeyPair, KeyError> {
    let [n, e, d, p, q, dp, dq, qi] = rsa_parts(key)?;
    RsaKeyPair::from_components(&aws_lc_rs::rsa::KeyPairComponents {
        public_key: RsaPublicKeyComponents {
            n: &n[..],
            e: &e[..],
        },
        d: &d[..],
        p: &p[..],
        q: &q[..],
        dP: &dp[..],
        dQ: &dq[..],
        qInv: &qi[..],
    })
    .map_err(|_| KeyError::RsaNumbers)
}

/// `RSAPrivateKey` (RFC 8017 §A.1.2), its numbers checked against each other.
pub fn rsa_pkcs1(key: &Jwk) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    rsa_pair(key)?;
    let mut elements = vec![der::unsigned(&[])];
    for part in rsa_parts(key)? {
        elements.push(der::unsigned(&part));
    }
    let out = Zeroizing::new(der::sequence(&elements));
    for element in &mut elements {
        zeroize::Zeroize::zeroize(element);
    }
    Ok(out)
}

/// A private RSA key from `RSAPrivateKey` (RFC 8017 §A.1.2).
pub fn rsa_from_pkcs1(der: &[u8]) -> Result<Jwk, KeyError> {
    let damaged = || damaged("RSA");
    let mut reader = der::Reader::new(der)
        .enter(der::SEQUENCE)
        .ok_or_else(damaged)?;
    if !reader.unsigned().ok_or_else(damaged)?.is_empty() {
        return Err(Unsupported::RsaPrimes.into());
    }
    let mut key = jwk([("kty", "RSA".into())]);
    for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        let number = reader.unsigned().ok_or_else(damaged)?;
        key.0.insert(name.into(), b64::encode(number).into());
    }
    // Shorter keys are read, so that they can be shown and judged; using them is refused.
    if rsa_public(&key).is_ok() {
        rsa_pair(&key)?;
    }
    Ok(key)
}
