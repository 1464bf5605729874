//! What a token is asked to be for, and which scopes go with it (RFC 8707 §2, RFC 9068 §3).

use std::collections::BTreeSet;

use super::{
    faults::{Fault, Faults},
    form::Form,
    issued::Seen,
    realm::{self, OFFLINE_ACCESS, Realm, Target},
    refusal::{Refusal, quote},
};

/// A target as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub target: Target,
    /// The name that was used for it, which becomes `aud` (RFC 9068 §3: `aud` is what was asked).
    pub audience: String,
}

/// The target that `audience` and `resource` name; `None` when neither was sent.
pub fn wanted(realm: &Realm, form: &Form) -> Result<Option<Wanted>, Refusal> {
    let mut found: Option<Wanted> = None;
    for resource in form.all("resource") {
        // RFC 8707 §2: an absolute URI without a fragment.
        let absolute = url::Url::parse(resource).is_ok_and(|url| url.has_host());
        if !absolute || resource.contains('#') {
            return Err(Refusal::target(format!(
                "resource is {}, expected an absolute URI without a fragment (RFC 8707 §2); use audience for names such as payments-api",
                quote(resource)
            )));
        }
    }
    for name in form.all("audience").chain(form.all("resource")) {
        let Some(target) = realm.target(name) else {
            let near = name.trim_end_matches('/');
            let hint = if near != name && realm.target(near).is_some() {
                format!(
                    "; {} without the slash is known, names are compared exactly",
                    quote(near)
                )
            } else {
                String::new()
            };
            return Err(Refusal::target(format!(
                "{} is no target that this server knows{hint}; it issues for {} (RFC 8693 §2.2.2)",
                quote(name),
                realm.targets_in_words()
            )));
        };
        match &found {
            None => {
                found = Some(Wanted {
                    target,
                    audience: name.to_owned(),
                });
            }
            Some(first) if first.target == target => {}
            Some(first) => {
                return Err(Refusal::target(format!(
                    "asked for {} and {}: every scope would hold at every target (RFC 8693 §2.1.1), so this server issues for one target at a time; ask once for each",
                    first.target.name(),
                    target.name()
                )));
            }
        }
    }
    Ok(found)
}

/// What a sign-in or a client's own token is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Scopes of the access token, without `offline_access`.
    pub scope: BTreeSet<String>,
    /// Target and `aud`.
    pub wanted: Wanted,
    /// Whether a refresh token was asked for.
    pub offline: bool,
}

/// Plans a token that has no subject token. Without a target the scopes decide; scopes of several
/// resource servers without a target are refused (RFC 9068 §3).
pub fn plan(realm: &Realm, form: &Form, default_scope: &[&str]) -> Result<Plan, Refusal> {
    let mut scope = realm::split_scope(form.one("scope")?.unwrap_or(""));
    for scope in &scope {
        if !realm::is_scope(scope) {
            return Err(unknown_scope(scope));
        }
    }
    let offline = scope.remove(OFFLINE_ACCESS);
    if scope.is_empty() {
        scope.extend(default_scope.iter().map(|s| (*s).to_owned()));
    }
    let wanted = match wanted(realm, form)? {
        Some(wanted) => wanted,
        None => default_target(realm, &scope)?,
    };
    for scope in &scope {
        if !wanted.target.knows(scope) {
            return Err(homeless(scope, wanted.target));
        }
    }
    Ok(Plan {
        scope,
        wanted,
        offline,
    })
}

fn default_target(realm: &Realm, scope: &BTreeSet<String>) -> Result<Wanted, Refusal> {
    let mut homes = scope.iter().filter_map(|s| realm::home(s));
    let Some(first) = homes.next() else {
        return Ok(Wanted {
            target: Target::Server,
            audience: realm.issuer.clone(),
        });
    };
    if let Some(other) = homes.find(|home| *home != first) {
        return Err(Refusal::scope(format!(
            "the scopes belong to {} and {}, and no audience or resource says for which the token is (RFC 9068 §3); name one, or audience={} for a token that can only be exchanged",
            first.name, other.name, realm.issuer
        )));
    }
    Ok(Wanted {
        target: Target::Resource(first),
        audience: first.name.to_owned(),
    })
}

/// Point 6: scopes of the subject token that are asked for and mean something at the target.
pub fn granted(
    asked: Option<&BTreeSet<String>>,
    subject: &Seen,
    target: Target,
    faults: &Faults,
) -> Result<BTreeSet<String>, Refusal> {
    let has = subject.scopes();
    let mut granted = BTreeSet::new();
    match asked {
        Some(asked) => {
            for scope in asked {
                if scope == OFFLINE_ACCESS {
                    return Err(Refusal::scope(
                        "an exchange gives no refresh token, so offline_access cannot be asked for (RFC 8693 §2.2.1)",
                    ));
                }
                if !realm::is_scope(scope) {
                    return Err(unknown_scope(scope));
                }
                if !target.knows(scope) {
                    return Err(homeless(scope, target));
                }
                if !has.contains(scope) && !faults.contains(Fault::ScopeWidened) {
                    return Err(Refusal::scope(format!(
                        "the subject token does not have {}, it has {}: an exchange narrows and never widens (RFC 8693 §5)",
                        quote(scope),
                        quote(subject.text("scope"))
                    )));
                }
                granted.insert(scope.clone());
            }
        }
        None => granted.extend(has.iter().filter(|s| target.knows(s)).cloned()),
    }
    if faults.contains(Fault::ScopeWidened) {
        widen(&mut granted, target);
    }
    if granted.is_empty() {
        return Err(Refusal::scope(format!(
            "nothing is left to grant: of the scopes of the subject token, {}, none means anything at {}",
            quote(subject.text("scope")),
            target.name()
        )));
    }
    Ok(granted)
}

/// The fault `scope-widened`: every scope of the resource servers that are concerned.
fn widen(granted: &mut BTreeSet<String>, target: Target) {
    let concerned: Vec<_> = match target {
        Target::Resource(resource) => vec![resource],
        Target::Server | Target::Agent(_) => {
            granted.iter().filter_map(|s| realm::home(s)).collect()
        }
    };
    for resource in concerned {
        granted.extend(resource.scopes().map(str::to_owned));
    }
}

/// `invalid_scope` for a name that the realm does not have.
fn unknown_scope(scope: &str) -> Refusal {
    Refusal::scope(format!(
        "{} is no scope of this server; scopes are {}",
        quote(scope),
        realm::scopes().join(" ")
    ))
}

/// `invalid_scope` for a scope that means nothing at the target.
fn homeless(scope: &str, target: Target) -> Refusal {
    let home = realm::home(scope)
        .map_or_else(String::new, |home| format!("; it belongs to {}", home.name));
    Refusal::scope(format!(
        "the scope {} means nothing at {} (RFC 9068 §2.2.3){home}. A token that is only to be exchanged can be asked for with this server's issuer or an agent's client_id as audience",
        quote(scope),
        target.name()
    ))
}
