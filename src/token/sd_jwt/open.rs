//! Puts disclosures in their places (RFC 9901 §7.1).

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{ClaimPlace, ClaimState, Disclosure, Home};
use crate::kit::{
    json,
    text::{escape, shorten},
};

/// Levels of objects, arrays and disclosures inside each other that are opened.
const DEPTH: usize = 100;

/// Walks through the claims once.
pub(super) struct Opener<'a> {
    /// Digest to number.
    known: HashMap<String, usize>,
    disclosures: &'a mut Vec<Disclosure>,
    /// Digests that stood somewhere.
    seen: HashSet<String>,
    /// Hashes that no disclosure belongs to.
    pub hidden: usize,
    /// What is wrong.
    pub wrong: Vec<String>,
}

/// Where the walk is.
struct At {
    /// JSON Pointer in the claims as they are disclosed.
    path: String,
    /// Where that stands in the token.
    home: Home,
    /// Objects, arrays and disclosures around it.
    depth: usize,
}

impl At {
    /// The member or element `name`, which stands as `own` in what is around it.
    fn inner(&self, name: &str, own: &str) -> Self {
        Self {
            path: step(&self.path, name),
            home: self.home_of(own),
            depth: self.depth + 1,
        }
    }

    /// The member or element `name`, which the disclosure of this number holds.
    fn disclosed(&self, name: &str, n: usize) -> Self {
        Self {
            path: step(&self.path, name),
            home: Home {
                disclosure: Some(n),
                pointer: String::new(),
            },
            depth: self.depth + 1,
        }
    }

    /// Where what stands here as `own` does.
    fn home_of(&self, own: &str) -> Home {
        Home {
            disclosure: self.home.disclosure,
            pointer: step(&self.home.pointer, own),
        }
    }

    fn state(&self) -> ClaimState {
        let pointer = self.home.pointer.clone();
        match self.home.disclosure {
            None => ClaimState::Signed(pointer),
            Some(n) => ClaimState::Inside(n, pointer),
        }
    }

    fn hash(&self, digest: String) -> ClaimPlace {
        ClaimPlace {
            depth: self.depth,
            name: String::new(),
            pointer: self.path.clone(),
            state: ClaimState::Hidden(digest),
            value: Value::Null,
            opens: false,
        }
    }
}

fn step(pointer: &str, name: &str) -> String {
    format!("{pointer}{}", json::pointer(name))
}

/// What a hash stands for.
enum Found {
    Disclosure(usize),
    /// Nothing that is disclosed: the hash.
    Nothing(String),
    /// It stood before.
    Again,
}

impl<'a> Opener<'a> {
    pub(super) fn new(
        known: HashMap<String, usize>,
        disclosures: &'a mut Vec<Disclosure>,
        wrong: Vec<String>,
    ) -> Self {
        Self {
            known,
            disclosures,
            seen: HashSet::new(),
            hidden: 0,
            wrong,
        }
    }

    /// Opens all claims. `alg` is the claim `_sd_alg`, which has been taken out of them.
    pub(super) fn claims(&mut self, claims: &mut Value, alg: Option<&Value>) -> Vec<ClaimPlace> {
        let top = At {
            path: String::new(),
            home: Home::default(),
            depth: 0,
        };
        let mut places = match claims {
            Value::Object(members) => self.object(members, &top).0,
            _ => Vec::new(),
        };
        // Only now is it known which values are shown whole: none is copied twice.
        for place in &mut places {
            if !place.opens && !matches!(place.state, ClaimState::Hidden(_)) {
                place.value = claims.pointer(&place.pointer).cloned().unwrap_or_default();
            }
        }
        if let Some(alg) = alg {
            places.push(ClaimPlace {
                depth: 0,
                name: "_sd_alg".into(),
                pointer: "/_sd_alg".into(),
                state: ClaimState::Signed("/_sd_alg".into()),
                value: alg.clone(),
                opens: false,
            });
        }
        places
    }

    /// Opens what stands at `at`, and gives its place: one, or its members after it when there is
    /// something selective among them.
    fn value(
        &mut self,
        name: String,
        value: &mut Value,
        at: &At,
        state: ClaimState,
    ) -> Vec<ClaimPlace> {
        let inner = if at.depth > DEPTH {
            self.wrong.push(format!(
                "disclosures are nested deeper than {DEPTH} levels, which is not opened"
            ));
            None
        } else {
            match value {
                Value::Object(members) => Some(self.object(members, at)),
                Value::Array(items) => Some(self.array(items, at)),
                _ => None,
            }
        };
        let inner = inner.and_then(|(places, selective)| selective.then_some(places));
        let mut places = vec![ClaimPlace {
            depth: at.depth - 1,
            name,
            pointer: at.path.clone(),
            state,
            value: Value::Null,
            opens: inner.is_some(),
        }];
        places.extend(inner.into_iter().flatten());
        places
    }

    /// Opens an object. Gives the places of its members, and whether any of them is selective.
    fn object(&mut self, members: &mut Map<String, Value>, at: &At) -> (Vec<ClaimPlace>, bool) {
        let mut selective = false;
        let mut places = Vec::with_capacity(members.len());
        // Where the hashes stand among the others.
        let mut hashes_at = None;
        for (name, value) in members.iter_mut() {
            if name == "_sd" {
                hashes_at = Some(places.len());
                continue;
            }
            let inner = at.inner(name, name);
            let own = self.value(name.clone(), value, &inner, inner.state());
            selective |= own.iter().any(|place| place.opens);
            places.extend(own);
        }
        if at.depth > 0 && members.contains_key("_sd_alg") {
            self.wrong.push(format!(
                "`_sd_alg` stands at `{}`, not at the top level (RFC 9901 §4.1.1)",
                escape(&at.path)
            ));
        }
        let Some(listed) = members.shift_remove("_sd") else {
            return (places, selective);
        };
        let Value::Array(listed) = listed else {
            self.wrong.push(format!(
                "`_sd` at `{}` is not an array (RFC 9901 §4.2.4.1)",
                escape(&at.path)
            ));
            return (places, selective);
        };
        let mut hidden = Vec::new();
        let mut disclosed = Vec::new();
        for (place, digest) in listed.into_iter().enumerate() {
            let Value::String(digest) = digest else {
                self.wrong.push(format!(
                    "a hash in `_sd` at `{}` is not a text (RFC 9901 §4.2.4.1)",
                    escape(&at.path)
                ));
                continue;
            };
            let n = match self.take(digest) {
                Found::Disclosure(n) => n,
                Found::Nothing(digest) => {
                    hidden.push(at.hash(digest));
                    continue;
                }
                Found::Again => continue,
            };
            let Some(name) = self.disclosures[n].name.clone() else {
                self.wrong.push(format!(
                    "disclosure {} is of an array element, but stands for a claim (RFC 9901 §7.1)",
                    n + 1
                ));
                continue;
            };
            if members.contains_key(&name) {
                self.wrong.push(format!(
                    "`{}` is disclosed, but stands at `{}` already (RFC 9901 §7.1)",
                    escape(&name),
                    escape(&at.path)
                ));
                continue;
            }
            let mut value = self.disclosures[n].value.clone();
            let inner = at.disclosed(&name, n);
            self.disclosures[n].pointer = Some(inner.path.clone());
            self.disclosures[n].home = at.home_of("_sd");
            self.disclosures[n]
                .home
                .pointer
                .push_str(&format!("/{place}"));
            disclosed.extend(self.value(
                name.clone(),
                &mut value,
                &inner,
                ClaimState::Disclosed(n),
            ));
            members.insert(name, value);
        }
        disclosed.append(&mut hidden);
        let there = hashes_at.unwrap_or(places.len());
        places.splice(there..there, disclosed);
        (places, true)
    }

    /// Opens an array. Gives the places of its elements, and whether any of them is selective.
    fn array(&mut self, items: &mut Vec<Value>, at: &At) -> (Vec<ClaimPlace>, bool) {
        let all = std::mem::take(items);
        let mut places = Vec::with_capacity(all.len());
        let mut selective = false;
        for (place, item) in all.into_iter().enumerate() {
            let digest = item
                .as_object()
                .filter(|o| o.len() == 1)
                .and_then(|o| o.get("..."));
            selective |= digest.is_some();
            let (name, own) = (items.len().to_string(), place.to_string());
            let mut inner = at.inner(&name, &own);
            let (mut item, state) = match digest {
                None => (item, inner.state()),
                Some(Value::String(digest)) => match self.take(digest.clone()) {
                    Found::Again => continue,
                    Found::Nothing(digest) => {
                        places.push(at.hash(digest));
                        continue;
                    }
                    Found::Disclosure(n) if self.disclosures[n].name.is_some() => {
                        self.wrong.push(format!(
                            "disclosure {} is of a claim, but stands for an array element (RFC 9901 §7.1)",
                            n + 1
                        ));
                        continue;
                    }
                    Found::Disclosure(n) => {
                        let one = &mut self.disclosures[n];
                        one.pointer = Some(inner.path.clone());
                        one.home = Home {
                            disclosure: inner.home.disclosure,
                            pointer: step(&inner.home.pointer, "..."),
                        };
                        inner = at.disclosed(&name, n);
                        (one.value.clone(), ClaimState::Disclosed(n))
                    }
                },
                Some(_) => {
                    self.wrong.push(format!(
                        "a hash in the array `{}` is not a text (RFC 9901 §4.2.4.2)",
                        escape(&at.path)
                    ));
                    continue;
                }
            };
            let own = self.value(items.len().to_string(), &mut item, &inner, state);
            selective |= own.iter().any(|place| place.opens);
            places.extend(own);
            items.push(item);
        }
        (places, selective)
    }

    /// What a hash stands for, once.
    fn take(&mut self, digest: String) -> Found {
        if self.seen.contains(&digest) {
            self.wrong.push(format!(
                "the hash `{}` stands more than once (RFC 9901 §7.1)",
                escape(&shorten(&digest, 60))
            ));
            return Found::Again;
        }
        let found = self.known.get(&digest).copied();
        self.seen.insert(digest.clone());
        if let Some(n) = found {
            return Found::Disclosure(n);
        }
        self.hidden += 1;
        Found::Nothing(digest)
    }
}
