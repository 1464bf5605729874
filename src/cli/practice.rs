//! `delegraph practice`: the practice servers alone.

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use super::{
    output::{self, Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    app::model::PracticeInfo,
    io::serve,
    kit::shell::quote,
    oauth::client_auth::{Client, Credential},
    practice::{Fault, Faults},
};

/// Run the practice servers alone
#[derive(clap::Args)]
pub(super) struct Options {
    /// Port on the loopback interface; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Fault to switch on; may be repeated
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    fault: Vec<String>,
    /// List the faults and what each breaks
    #[arg(long)]
    list_faults: bool,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    if options.list_faults {
        let rows: Vec<(&str, String)> = Fault::ALL
            .iter()
            .map(|f| (f.name(), f.breaks().to_owned()))
            .collect();
        return Ok(Done {
            json: json!({ "faults": Fault::ALL.iter().map(|fault| json!({
                "name": fault.name(),
                "breaks": fault.breaks(),
            })).collect::<Vec<_>>() }),
            text: columns(0, &rows),
            good: true,
        });
    }
    if setting.clock != crate::kit::clock::Clock::System {
        return Err(Failure::usage(
            "--at: a server lives in the present; practice runs on the system's clock",
        ));
    }
    let mut faults = Faults::NONE;
    for name in &options.fault {
        let Some(fault) = Fault::named(name) else {
            return Err(Failure::usage(format!(
                "`{name}` is not a fault; there are {}",
                Fault::names()
            )));
        };
        faults.insert(fault);
    }
    serve::practice(options.port, faults, |info| {
        // The one line that tells a script where everything is; it is also the whole document.
        let text = if setting.json || !std::io::stdout().is_terminal() {
            output::line(&ready(info))
        } else {
            in_words(info)
        };
        output::write(text.as_bytes()).map_err(|f| f.message().to_owned())
    })
    .map_err(Failure::impossible)?;
    Ok(Done::written())
}

/// For people on a terminal: where everything is, and a first request that works.
fn in_words(info: &PracticeInfo) -> String {
    let mut text = format!("Practice server at {}\n", info.issuer);
    if !info.faults.is_empty() {
        let faults: Vec<&str> = info.faults.names().collect();
        text.push_str(&format!("With faults: {}\n", faults.join(", ")));
    }
    let clients: Vec<(&str, String)> = info
        .clients
        .iter()
        .map(|client| {
            let proof = match &client.credential {
                Credential::None => "public client".to_owned(),
                Credential::Secret(secret) => format!("secret {}", secret.expose()),
                Credential::Key(_) => "private key: --json prints it".to_owned(),
            };
            (
                client.client_id.as_str(),
                format!("{}, {proof}", client.method.name()),
            )
        })
        .collect();
    let resources: Vec<(&str, String)> = info
        .resources
        .iter()
        .map(|(name, url, scopes)| (name.as_str(), format!("{url}  {}", scopes.join(" "))))
        .collect();
    text.push_str(&format!("\nUsers: {}\n", info.users.join(", ")));
    text.push_str(&format!("\nClients\n{}", columns(2, &clients)));
    text.push_str(&format!("\nResource servers\n{}", columns(2, &resources)));
    if let Some(curl) = first_request(info) {
        text.push_str(&format!("\nA first token\n  {curl}\n"));
    }
    text.push_str("\nCtrl+C ends it.\n");
    text
}

/// A token request of the first client with a secret, as a shell takes it.
fn first_request(info: &PracticeInfo) -> Option<String> {
    let (client, secret) = info.clients.iter().find_map(|c| match &c.credential {
        Credential::Secret(secret) => Some((&c.client_id, secret)),
        _ => None,
    })?;
    let token_endpoint = info.metadata.token_endpoint.as_ref()?;
    let user = quote(&format!("{client}:{}", secret.expose()));
    Some(format!(
        "curl --user {user} --data grant_type=client_credentials {}",
        quote(token_endpoint)
    ))
}

/// Credentials are part of the line: they are made afresh at each start, are good for this server
/// only, and without them nobody could practise.
fn ready(info: &PracticeInfo) -> Value {
    json!({
        "issuer": info.issuer,
        "resources": info.resources.iter().map(|(name, url, scopes)| json!({
            "name": name,
            "url": url,
            "scopes": scopes,
        })).collect::<Vec<_>>(),
        "clients": info.clients.iter().map(client).collect::<Vec<_>>(),
        "users": info.users,
        "faults": info.faults,
    })
}

/// A client with its credential, which is printed on purpose: it is made at each start, is good for this
/// server only, and nobody could practise without it.
fn client(client: &Client) -> Value {
    let mut value = json!({
        "client_id": client.client_id,
        "token_endpoint_auth_method": client.method.name(),
    });
    let credential = match &client.credential {
        Credential::None => None,
        Credential::Secret(secret) => Some(("client_secret", Value::from(secret.expose()))),
        Credential::Key(jwk) => Some(("jwk", Value::Object(jwk.0.clone()))),
    };
    if let (Some(members), Some((name, credential))) = (value.as_object_mut(), credential) {
        members.insert(name.into(), credential);
    }
    value
}
