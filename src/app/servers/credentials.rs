//! What clients prove themselves with that stands elsewhere: it is read when it comes into the document.

use crate::{
    app::{Effect, Model, Workspace, model::Purpose, workspace::ClientEntry},
    chain::Reference,
    kit::{
        ids::{ClientRef, JobId},
        text::escape,
    },
    oauth::client_auth::{AuthMethod, Credential},
};

/// What is to be read for a client, when it stands elsewhere.
pub(super) fn wanted(client: &ClientEntry) -> Option<(ClientRef, Reference, AuthMethod)> {
    let at = client.credential.clone()?;
    (client.method != AuthMethod::None).then_some((client.id, at, client.method))
}

pub(super) fn read_credentials(
    model: &mut Model,
    wanted: Vec<(ClientRef, Reference, AuthMethod)>,
    effects: &mut Vec<Effect>,
) {
    if !wanted.is_empty() {
        let job = model.begin("Reading the secrets of clients", Purpose::Credentials);
        effects.push(Effect::ReadCredentials(job, wanted));
    }
}

/// Reads what clients prove themselves with that have come into the document, or have changed.
pub(in crate::app) fn read_new_credentials(
    model: &mut Model,
    before: &Workspace,
    effects: &mut Vec<Effect>,
) {
    let clients = |workspace: &Workspace| -> Vec<_> {
        let clients = workspace.servers.iter().flat_map(|s| &s.clients);
        clients.filter_map(wanted).collect()
    };
    let before = clients(before);
    let mut new = clients(&model.workspace);
    new.retain(|w| !before.contains(w));
    read_credentials(model, new, effects);
}

/// What clients prove themselves with has been read, or could not be.
pub(in crate::app) fn credentials_read(
    model: &mut Model,
    job: JobId,
    read: Vec<(ClientRef, Result<Credential, String>)>,
) {
    if model.jobs.remove(&job).is_none() {
        return;
    }
    for (client, read) in read {
        if let Err(why) = &read {
            let clients = model.workspace.servers.iter().flat_map(|s| &s.clients);
            let name = clients
                .filter(|c| c.id == client)
                .map(|c| escape(&c.client_id));
            let name = name.collect::<String>();
            model.complain(format!(
                "What client {name} proves itself with could not be read: {why}."
            ));
        }
        model.referenced.insert(client, read);
    }
}
