//! Authorization servers of the user: connect by issuer, see metadata, register clients.

use egui::{RichText, Role, ScrollArea, Ui, WidgetInfo};
use zeroize::Zeroizing;

use crate::{
    app::{
        jobs,
        model::Purpose,
        servers,
        workspace::{ClientEntry, ServerEntry},
    },
    gui::{
        context::Cx,
        icons::Icon,
        keyboard_focus,
        request::{Dialog, WindowRequest},
        sections::server::{check_issuer, metadata},
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::{ClientRef, KeyId, ServerId},
        secret::Secret,
        text::{escape, excerpt},
    },
    oauth::client_auth::AuthMethod,
};

/// What the dialog keeps between frames.
#[derive(Default)]
pub struct ConnectForm {
    issuer: String,
    error: Option<String>,
    /// The issuer that is being connected.
    asked: Option<String>,
    client: Option<Draft>,
}

impl ConnectForm {
    /// Puts an issuer into the field.
    pub fn propose(&mut self, issuer: String) {
        self.issuer = issuer;
        self.error = None;
        self.asked = None;
    }
}

/// A client that is being entered.
struct Draft {
    server: ServerId,
    client: Option<ClientRef>,
    client_id: String,
    method: AuthMethod,
    secret: Zeroizing<String>,
    key: Option<KeyId>,
}

/// Draws the dialog.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ConnectForm) {
    let theme = cx.theme;
    ui.label("Issuer URL of the server. Its metadata (RFC 8414, then OpenID Connect Discovery) and keys are fetched.");
    issuer(ui, cx, state);
    let workspace = std::sync::Arc::clone(&cx.model.workspace);
    if workspace.servers.is_empty() {
        ui.label(
            RichText::new(
                "No server is connected yet. The practice server runs without any set-up.",
            )
            .color(theme.muted),
        );
        return;
    }
    widgets::rule(ui);
    ScrollArea::vertical()
        .max_height(420.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for server in &workspace.servers {
                ui.push_id(server.id.0, |ui| {
                    ui.horizontal(|ui| {
                        Icon::AuthorizationServer.show(ui, 16.0, theme.accent);
                        ui.label(theme::strong(excerpt(&server.name, 40)));
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            let name = escape(&server.name).into_owned();
                            if widgets::icon_button(
                                ui,
                                Icon::Trash,
                                &format!("Remove server {name}"),
                            )
                            .clicked()
                            {
                                cx.push(servers::Command::Remove(server.id));
                            }
                            if widgets::icon_button(
                                ui,
                                Icon::Reset,
                                &format!("Fetch metadata of {name} again"),
                            )
                            .clicked()
                            {
                                cx.push(servers::Command::Refresh(server.id));
                            }
                        });
                    });
                    metadata(ui, cx, server);
                    clients(ui, cx, state, server);
                });
                widgets::rule(ui);
            }
            keyboard_focus::keep_in_view(ui);
        });
}

/// The field of the issuer. What was typed stays until the server has answered: a wrong address is said in
/// place, and adds nothing.
fn issuer(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ConnectForm) {
    let theme = cx.theme;
    if let Some(asked) = &state.asked {
        let mut servers = cx.model.workspace.servers.iter();
        let failed = cx.model.not_connected.as_ref();
        if servers.any(|s| s.issuer == *asked) {
            if state.issuer.trim() == asked {
                state.issuer.clear();
            }
            state.asked = None;
        } else if let Some((_, why)) = failed.filter(|(issuer, _)| issuer == asked) {
            state.error = Some(escape(why).into_owned());
            state.asked = None;
        }
    }
    let asked = state.asked.as_ref();
    let under_way = asked.and_then(|asked| {
        let mut jobs = cx.model.jobs.iter();
        jobs.find(|(_, job)| matches!(&job.purpose, Purpose::Connect(i) if i == asked))
    });
    let under_way = under_way.map(|(id, _)| *id);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 110.0;
        let field = ui
            .scope(|ui| {
                ui.set_width(width);
                widgets::text_field(
                    ui,
                    "Issuer URL",
                    "https://as.example.com",
                    &mut state.issuer,
                    false,
                )
            })
            .inner;
        if field.changed() {
            state.error = None;
        }
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if let Some(job) = under_way {
            if ui.button("Cancel").clicked() {
                cx.push(jobs::Command::Cancel(job));
                state.asked = None;
            }
            return;
        }
        if widgets::primary(ui, None, "Connect").clicked() || entered {
            match check_issuer(&state.issuer) {
                Ok(issuer) => {
                    state.error = None;
                    state.asked = Some(issuer.clone());
                    cx.push(servers::Command::Connect(issuer));
                }
                Err(why) => state.error = Some(why),
            }
        }
    });
    if under_way.is_some() {
        let words = "Asking for its metadata…";
        let label = ui.label(RichText::new(words).color(theme.muted));
        label.widget_info(|| WidgetInfo::labeled(Role::Status, true, words));
    }
    if let Some(why) = &state.error {
        let job = theme::prose(why, 13.0, theme.critical);
        let label = ui.add(egui::Label::new(job).wrap());
        let spoken = why.replace('`', "");
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &spoken));
    }
}

fn clients(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ConnectForm, server: &ServerEntry) {
    ui.add_space(space::XS);
    ui.label(theme::section("Clients registered there", cx.theme));
    for client in &server.clients {
        ui.push_id(client.id.0, |ui| client_row(ui, cx, state, server, client));
    }
    match &mut state.client {
        Some(draft) if draft.server == server.id => {
            if form(ui, cx, draft) {
                state.client = None;
            }
        }
        _ => {
            if widgets::button(ui, Icon::Plus, "Add client").clicked() {
                state.client = Some(Draft {
                    server: server.id,
                    client: None,
                    client_id: String::new(),
                    method: AuthMethod::ClientSecretBasic,
                    secret: Zeroizing::default(),
                    key: only_key(cx),
                });
            }
        }
    }
}

/// The key that can sign, when there is just one.
fn only_key(cx: &Cx<'_>) -> Option<KeyId> {
    let mut keys = cx.model.workspace.keys.iter().filter(|k| k.private);
    keys.next().filter(|_| keys.next().is_none()).map(|k| k.id)
}

fn client_row(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut ConnectForm,
    server: &ServerEntry,
    client: &ClientEntry,
) {
    ui.horizontal(|ui| {
        Icon::Client.show(ui, 14.0, cx.theme.muted);
        let name = excerpt(&client.client_id, 40);
        ui.label(name.as_str());
        ui.label(theme::small(client.method.name()).color(cx.theme.muted));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if widgets::icon_button(ui, Icon::Trash, &format!("Remove client {name}")).clicked() {
                cx.push(servers::Command::RemoveClient(server.id, client.id));
            }
            if widgets::icon_button(ui, Icon::Pen, &format!("Edit client {name}")).clicked() {
                state.client = Some(Draft {
                    server: server.id,
                    client: Some(client.id),
                    client_id: client.client_id.clone(),
                    method: client.method,
                    secret: Zeroizing::default(),
                    key: client.key,
                });
            }
        });
    });
}

/// The form of a client. Returns whether it is done.
fn form(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) -> bool {
    let mut done = false;
    widgets::card(cx.theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        widgets::field(ui, "Client id", |ui| {
            widgets::text_field(ui, "Client id", "client_id", &mut draft.client_id, false)
        });
        widgets::field(ui, "Authentication", |ui| {
            ui.horizontal_wrapped(|ui| {
                for method in AuthMethod::ALL {
                    if ui
                        .add(egui::Button::selectable(
                            draft.method == method,
                            method.name(),
                        ))
                        .clicked()
                    {
                        draft.method = method;
                    }
                }
            });
        });
        match draft.method {
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
                let hint = if draft.client.is_some() {
                    "unchanged while empty"
                } else {
                    "client secret"
                };
                widgets::field(ui, "Secret", |ui| {
                    widgets::text_field(ui, "Client secret", hint, &mut draft.secret, true)
                });
            }
            AuthMethod::PrivateKeyJwt => {
                widgets::field(ui, "Key", |ui| key_picker(ui, cx, draft));
            }
            AuthMethod::None => {}
        }
        let complete = !draft.client_id.trim().is_empty()
            && (draft.method != AuthMethod::PrivateKeyJwt || draft.key.is_some());
        ui.horizontal(|ui| {
            let save = ui
                .add_enabled_ui(complete, |ui| widgets::primary(ui, None, "Save client"))
                .inner;
            if save.clicked() {
                cx.push(servers::Command::SetClient {
                    server: draft.server,
                    client: draft.client,
                    client_id: draft.client_id.trim().to_owned(),
                    method: draft.method,
                    secret: (!draft.secret.is_empty()).then(|| Secret::new(draft.secret.as_str())),
                    key: draft
                        .key
                        .filter(|_| draft.method == AuthMethod::PrivateKeyJwt),
                });
                done = true;
            }
            if ui.button("Cancel").clicked() {
                done = true;
            }
        });
    });
    done
}

fn key_picker(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) {
    let keys: Vec<_> = cx
        .model
        .workspace
        .keys
        .iter()
        .filter(|k| k.private && k.public.is_some())
        .map(|k| (k.id, k.name.clone(), k.alg.clone()))
        .collect();
    let chosen = keys
        .iter()
        .find(|(id, ..)| Some(*id) == draft.key)
        .map_or_else(|| "choose…".to_owned(), |(_, name, _)| excerpt(name, 30));
    ui.horizontal_wrapped(|ui| {
        if keys.is_empty() {
            ui.label(RichText::new("No private key yet.").color(cx.theme.muted));
        } else {
            let picker = egui::ComboBox::from_id_salt("client-key")
                .selected_text(chosen)
                .show_ui(ui, |ui| {
                    for (id, name, alg) in keys {
                        let label = format!("{} ({alg})", excerpt(&name, 30));
                        if ui.selectable_label(Some(id) == draft.key, label).clicked() {
                            draft.key = Some(id);
                        }
                    }
                });
            let _ = picker.response.accessible_name("Key of the client");
        }
        // Another may be wanted, or made, whether there is one or not.
        if ui.button("Keys…").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Keys));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::check_issuer;

    #[test]
    fn issuers_as_rfc_8414_wants_them() {
        assert_eq!(
            check_issuer(" https://as.example/t ").unwrap(),
            "https://as.example/t"
        );
        assert!(check_issuer("http://127.0.0.1:8080").is_ok());
        assert!(check_issuer("http://[::1]:8080").is_ok());
        assert!(check_issuer("http://as.example").is_err());
        assert!(check_issuer("https://as.example/?a=b").is_err());
        assert!(check_issuer("as.example").is_err());
    }
}
