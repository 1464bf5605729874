//! What servers mean by their descriptions: codes are few, and servers use the same one for many things.

use super::place::RefusalPlace;

/// A kind of refusal by its words, and what to try.
struct Meaning {
    /// All of one group have to stand in the description, in small letters.
    says: &'static [&'static [&'static str]],
    /// Where it can be meant; everywhere when empty.
    places: &'static [RefusalPlace],
    try_this: &'static str,
}

const EXCHANGE: &[RefusalPlace] = &[RefusalPlace::Exchange];
const ANYWHERE: &[RefusalPlace] = &[];

/// The first that fits counts: what says more stands before what says less.
const MEANINGS: &[Meaning] = &[
    Meaning {
        says: &[
            &["pushed authorization"],
            &["par ", "required"],
            &["request_uri", "required"],
            &["request_uri", "must"],
        ],
        places: &[RefusalPlace::Authorization, RefusalPlace::Code],
        try_this: "the server wants the request pushed first (RFC 9126), which Delegraph does not do: let this client sign in without, or sign in elsewhere and paste the token",
    },
    Meaning {
        says: &[
            &["dpop", "already"],
            &["dpop", "replay"],
            &["dpop", "used"],
            &["jti", "already"],
        ],
        places: ANYWHERE,
        try_this: "a DPoP proof serves once, and the server has seen this one: run again, which makes a new one",
    },
    Meaning {
        says: &[
            &["dpop", "htu"],
            &["dpop", "url"],
            &["dpop", "uri"],
            &["dpop", "htm"],
        ],
        places: ANYWHERE,
        try_this: "the server knows itself by another address or method than the proof names: look at its issuer and metadata, and whether a proxy changes the address",
    },
    Meaning {
        says: &[
            &["dpop", "missing"],
            &["dpop", "required"],
            &["dpop", "mandatory"],
            &["dpop", "must"],
        ],
        places: ANYWHERE,
        try_this: "set DPoP at the node: the server wants a proof of possession",
    },
    Meaning {
        says: &[
            &["sender-constrained"],
            &["sender constrained"],
            &["dpop", "thumbprint"],
            &["dpop", "bound"],
            &["cnf"],
        ],
        places: ANYWHERE,
        try_this: "the token is bound to the key of the client that it was issued to: let that client exchange it with its key, or get one that is not bound",
    },
    Meaning {
        says: &[
            &["may_act"],
            &["may act"],
            &["actor", "not authorized"],
            &["actor", "not allowed"],
        ],
        places: EXCHANGE,
        try_this: "the server asks the subject token's `may_act` who may act: it has none, or names another party. Get a subject token whose `may_act` names this actor, by the `sub` and `iss` of its token",
    },
    Meaning {
        says: &[
            &["not within the token audience"],
            &["not in the token audience"],
            &["not in the audience"],
            &["token audience", "client"],
            &["aadsts50013"],
            &["aadsts500131"],
            &["audience", "does not match"],
            &["audience", "assertion"],
        ],
        places: EXCHANGE,
        try_this: "the subject token was not issued for the client that exchanges it: let the server put this client into the token's `aud` (at Keycloak by an audience mapper), or exchange it as the client that `aud` names",
    },
    Meaning {
        says: &[
            &["audience", "not found"],
            &["audience", "unknown"],
            &["audience", "not known"],
            &["audience", "invalid"],
            &["audience", "bad"],
            &["audience", "not registered"],
            &["audience", "not allowed"],
            &["audience", "not available"],
            &["audience", "missing"],
            &["service not enabled within domain"],
            &["service not found"],
            &["aadsts500011"],
            &["resource principal", "not found"],
            &["resource", "unknown"],
            &["resource", "not found"],
            &["resource", "not registered"],
        ],
        places: ANYWHERE,
        try_this: "the server does not know the `audience` or `resource` that was asked for, or wants one: check its name against the APIs and clients that are registered there, one target at a time",
    },
    Meaning {
        says: &[
            &["actor", "not supported"],
            &["actor_token", "not supported"],
            &["actor", "unsupported"],
        ],
        places: EXCHANGE,
        try_this: "this server takes no actor token: run the hop without one; its token will not name who acts",
    },
    Meaning {
        says: &[
            &["actor", "expired"],
            &["actor", "invalid"],
            &["actor", "not active"],
            &["invalid", "actor"],
        ],
        places: EXCHANGE,
        try_this: "look at the actor token: is it expired, or of another issuer? Run the node that gives it again",
    },
    Meaning {
        says: &[
            &["requested_token_type"],
            &["requested token type"],
            &["subject_token_type"],
            &["actor_token_type"],
            &["token type", "supported"],
            &["token_type", "supported"],
            &["unsupported", "token type"],
        ],
        places: EXCHANGE,
        try_this: "the server does not take or give tokens of this type: most take and give `access_token`, some `jwt`; see its documentation",
    },
    Meaning {
        says: &[
            &["aadsts7000215"],
            &["aadsts7000222"],
            &["client credentials"],
            &["client secret"],
            &["client_secret"],
            &["client authentication failed"],
            &["bad credentials"],
            &["client assertion"],
            &["client_assertion"],
        ],
        places: ANYWHERE,
        try_this: "check the client id, its secret or key, and the authentication method registered at the server; of an assertion also the audience and the clock",
    },
    Meaning {
        says: &[
            &["aadsts700016"],
            &["client not found"],
            &["unknown client"],
            &["application with identifier"],
            &["client", "disabled"],
        ],
        places: ANYWHERE,
        try_this: "the server does not know this client, or it is switched off there: check the client id and the issuer",
    },
    Meaning {
        says: &[&["aadsts65001"], &["consent"]],
        places: ANYWHERE,
        try_this: "the user or an administrator has not agreed to what this client asks for: sign in again and agree, or have it granted at the server",
    },
    Meaning {
        says: &[
            &["aadsts50076"],
            &["aadsts50079"],
            &["multi-factor"],
            &["multifactor"],
            &["mfa"],
        ],
        places: ANYWHERE,
        try_this: "the server wants the user to sign in more strongly: sign in again in the browser, then run the hops after it",
    },
    Meaning {
        says: &[
            &["client-grant"],
            &["client grant"],
            &["not authorized to access"],
            &["not assigned"],
            &["aadsts50105"],
        ],
        places: ANYWHERE,
        try_this: "let this client have tokens for this API at the server: it is not authorized for it yet",
    },
    Meaning {
        says: &[&["policy"], &["policies"]],
        places: ANYWHERE,
        try_this: "a policy of the server refuses it: look at the access policies and rules for this client, this user and these scopes",
    },
    Meaning {
        says: &[
            &["grant type", "not allowed"],
            &["grant type", "not enabled"],
            &["grant_type", "not allowed"],
            &["token exchange", "not enabled"],
            &["token exchange", "not allowed"],
            &["standard token exchange"],
        ],
        places: EXCHANGE,
        try_this: "switch token exchange on for this client at the server (at Keycloak: Standard token exchange)",
    },
    Meaning {
        says: &[&["delegation"], &["impersonation"], &["impersonate"]],
        places: EXCHANGE,
        try_this: "the server does not let this client act for this user: look at its permissions for delegation and impersonation",
    },
    Meaning {
        says: &[
            &["expired"],
            &["not active"],
            &["inactive"],
            &["revoked"],
            &["session not"],
            &["aadsts500133"],
        ],
        places: EXCHANGE,
        try_this: "the subject token is no longer valid: run the nodes before this one again",
    },
];

/// What to try, where the description says more than the code.
pub(super) fn advice(place: RefusalPlace, hint: &str) -> Option<&'static str> {
    MEANINGS
        .iter()
        .filter(|meaning| meaning.places.is_empty() || meaning.places.contains(&place))
        .find(|meaning| {
            meaning
                .says
                .iter()
                .any(|group| group.iter().all(|words| hint.contains(words)))
        })
        .map(|meaning| meaning.try_this)
}
