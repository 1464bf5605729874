//! Carries effects out on tokio and a blocking pool; outcomes come back over one channel.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle},
    task::AbortHandle,
};

use super::{browser, http::Http, practice, store, store::Store};
use crate::{
    app::{
        Effect, Outcome,
        analysis::analyse,
        effect::{Document, Material},
    },
    jose::{Jwks, crypto},
    kit::ids::JobId,
    oauth::{
        http::Request,
        metadata::{self, Metadata},
    },
    token::find,
};

/// Bytes of a file in which tokens are looked for.
pub const MAX_FILE: u64 = 512 * 1024 * 1024;

/// A file up to this length may be a key or a chain as well.
pub const SHORT_TEXT: usize = 1024 * 1024;

/// How long an autosave waits for the next change.
pub const AUTOSAVE_DELAY: Duration = Duration::from_secs(1);

/// The runtime. Dropping it ends all work; an autosave that waits is written first.
pub struct Runtime {
    tokio: Option<tokio::runtime::Runtime>,
    shared: Arc<Shared>,
    outcomes: mpsc::Receiver<Outcome>,
}

struct Shared {
    handle: Handle,
    http: Http,
    store: Store,
    sender: mpsc::Sender<Outcome>,
    wake: Box<dyn Fn() + Send + Sync>,
    jobs: Mutex<HashMap<JobId, AbortHandle>>,
    servers: tokio::sync::Mutex<HashMap<BTreeSet<String>, practice::Server>>,
    /// The newest document to be autosaved. Taken and written under [`Self::writing`].
    autosave: Mutex<Option<Box<Document>>>,
    /// Keeps the order of writing and dropping an autosave.
    writing: Mutex<()>,
}

impl Runtime {
    /// Starts it. `wake` is called, from any thread, when an outcome waits.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Result<Self, String> {
        Self::with_state(wake, None)
    }

    /// Starts it with autosaves in a folder of the caller's.
    pub fn with_state(
        wake: impl Fn() + Send + Sync + 'static,
        folder: Option<PathBuf>,
    ) -> Result<Self, String> {
        let tokio = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("delegraph-io")
            .enable_all()
            .build()
            .map_err(|e| format!("the runtime cannot be started: {e}"))?;
        let (sender, outcomes) = mpsc::channel();
        let http = {
            let _inside = tokio.enter();
            Http::new()?
        };
        let shared = Arc::new(Shared {
            handle: tokio.handle().clone(),
            http,
            store: Store::new(folder),
            sender,
            wake: Box::new(wake),
            jobs: Mutex::default(),
            servers: tokio::sync::Mutex::default(),
            autosave: Mutex::default(),
            writing: Mutex::default(),
        });
        Ok(Self {
            tokio: Some(tokio),
            shared,
            outcomes,
        })
    }

    /// Begins to carry `effect` out; never blocks.
    pub fn perform(&self, effect: Effect) {
        let shared = Arc::clone(&self.shared);
        match effect {
            Effect::Http(job, request) => shared.clone().job(job, async move {
                Outcome::Http(job, shared.http.send(&request).await)
            }),
            Effect::Browser(job, want) => shared.job(job, async move {
                let open = |url: &str| {
                    webbrowser::open(url)
                        .map_err(|e| format!("no browser could be opened for the sign-in: {e}"))
                };
                Outcome::Redirect(job, browser::sign_in(want, open).await)
            }),
            Effect::Discover(job, issuer) => shared.clone().job(job, async move {
                Outcome::Discovered(job, discover(&shared.http, &issuer).await)
            }),
            Effect::StartPractice(faults) => {
                let handle = shared.handle.clone();
                handle.spawn(async move { shared.start_practice(faults).await });
            }
            Effect::StopPractice => {
                let handle = shared.handle.clone();
                handle.spawn(async move {
                    let servers = std::mem::take(&mut *shared.servers.lock().await);
                    for server in servers.into_values() {
                        server.stop().await;
                    }
                });
            }
            Effect::Analyse(input, previous) => shared
                .blocking(move |_| Some(Outcome::Analysed(Arc::new(analyse(&input, &previous))))),
            Effect::GenerateKey(job, id, alg) => shared.blocking(move |_| {
                let key = crypto::generate(&alg, None).map_err(|e| e.to_string());
                Some(Outcome::Key(job, id, key))
            }),
            Effect::FindTokens(job, text) => {
                shared.blocking(move |_| Some(Outcome::Found(job, find::find(&text))));
            }
            Effect::ReadFiles(job, paths) => shared.blocking(move |_| {
                let read = |path: PathBuf| {
                    let material = read_material(&path);
                    (path, material)
                };
                Some(Outcome::Files(job, paths.into_iter().map(read).collect()))
            }),
            Effect::Load(job, path) => shared.blocking(move |shared| {
                let document = shared.store.load(&path).map(Box::new);
                Some(Outcome::Loaded(job, path, document))
            }),
            Effect::Save(job, path, document) => shared.blocking(move |shared| {
                let kept = shared.store.save(&path, &document);
                Some(Outcome::Saved(job, path, document.workspace, kept))
            }),
            Effect::Unseal(job, sealed, passphrase) => shared.blocking(move |_| {
                let vault = store::unseal(&sealed, &passphrase).map(Box::new);
                Some(Outcome::Unsealed(job, vault))
            }),
            Effect::Autosave(document) => {
                *lock(&shared.autosave) = Some(document);
                let handle = shared.handle.clone();
                handle.spawn(async move {
                    tokio::time::sleep(AUTOSAVE_DELAY).await;
                    shared.blocking(|shared| {
                        shared.write_autosave().err().map(Outcome::AutosaveFailed)
                    });
                });
            }
            Effect::DropAutosave => {
                lock(&shared.autosave).take();
                shared.blocking(|shared| {
                    let _order = lock(&shared.writing);
                    // A newer change asked for an autosave in the meantime: its file stays.
                    if lock(&shared.autosave).is_none() {
                        shared.store.drop_autosave();
                    }
                    None
                });
            }
            Effect::LookForRecovery => {
                shared.blocking(|shared| Some(Outcome::Recoverable(shared.store.recoverable())));
            }
            Effect::DropRecovery(path) => shared.blocking(move |shared| {
                let kept = shared.write_autosave();
                if kept.is_ok() {
                    shared.store.drop_recovery(&path);
                }
                kept.err().map(Outcome::AutosaveFailed)
            }),
            Effect::Cancel(job) => {
                if let Some(job) = lock(&shared.jobs).remove(&job) {
                    job.abort();
                }
            }
        }
    }

    /// The next outcome that waits, if any.
    pub fn poll(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }

    /// Waits for an outcome, at most `limit`: for programs without a window.
    pub fn wait(&self, limit: Duration) -> Option<Outcome> {
        self.outcomes.recv_timeout(limit).ok()
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Closing the window within the autosave's delay must not lose the last change.
        let _ = self.shared.write_autosave();
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_timeout(Duration::from_millis(500));
        }
    }
}

impl Shared {
    fn send(&self, outcome: Outcome) {
        // The receiver is gone only when the program ends.
        if self.sender.send(outcome).is_ok() {
            (self.wake)();
        }
    }

    /// Runs work that can be cancelled.
    fn job(self: Arc<Self>, job: JobId, work: impl Future<Output = Outcome> + Send + 'static) {
        let shared = Arc::clone(&self);
        // Held until the handle is stored, so that quick work cannot end before.
        let mut jobs = lock(&self.jobs);
        let task = self.handle.spawn(async move {
            let outcome = work.await;
            lock(&shared.jobs).remove(&job);
            shared.send(outcome);
        });
        jobs.insert(job, task.abort_handle());
    }

    /// Runs work that computes or reads files.
    fn blocking(
        self: Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Option<Outcome> + Send + 'static,
    ) {
        let handle = self.handle.clone();
        handle.spawn_blocking(move || {
            if let Some(outcome) = work(&self) {
                self.send(outcome);
            }
        });
    }

    async fn start_practice(&self, faults: BTreeSet<String>) {
        let mut servers = self.servers.lock().await;
        let state = match servers.get(&faults) {
            Some(server) => Ok(Arc::clone(&server.info)),
            None => match practice::start(0, faults.clone()).await {
                Ok(server) => {
                    let info = Arc::clone(&server.info);
                    servers.insert(faults.clone(), server);
                    Ok(info)
                }
                Err(e) => Err(e),
            },
        };
        drop(servers);
        self.send(Outcome::Practice(faults, state));
    }

    fn write_autosave(&self) -> Result<(), String> {
        let _order = lock(&self.writing);
        let document = lock(&self.autosave).take();
        match document {
            Some(document) => self.store.autosave(&document),
            None => Ok(()),
        }
    }
}

/// Metadata of an issuer from the first well-known address that has any, and the keys it names.
async fn discover(http: &Http, issuer: &str) -> Result<(Metadata, Jwks), String> {
    let mut absent = Vec::new();
    for url in metadata::well_known(issuer).map_err(|e| e.to_string())? {
        let response = http.send(&Request::get(url.clone())).await?;
        match metadata::parse(issuer.trim(), &response) {
            Ok(metadata) => {
                let jwks = keys(http, &metadata).await?;
                return Ok((metadata, jwks));
            }
            Err(e) if e.is_absent() => absent.push(format!("{url}: {e}")),
            Err(e) => return Err(format!("{url}: {e}")),
        }
    }
    Err(format!(
        "no metadata at any well-known address of {}. {}. Check the issuer's address, or whether the server publishes RFC 8414 metadata",
        crate::kit::text::escape(issuer),
        absent.join(". ")
    ))
}

async fn keys(http: &Http, metadata: &Metadata) -> Result<Jwks, String> {
    if metadata.jwks_uri.is_none() {
        return Ok(Jwks::default());
    }
    let url = metadata.endpoint("jwks_uri")?;
    let response = http.send(&Request::get(url.clone())).await?;
    if response.status != 200 {
        return Err(format!(
            "{url} answers {} instead of its keys",
            response.status
        ));
    }
    Jwks::parse(&response.body).map_err(|e| format!("{url}: {e}"))
}

fn read_material(path: &Path) -> Result<Material, String> {
    let failed = |e: std::io::Error| format!("{} cannot be read: {e}", path.display());
    let file = std::fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(format!(
            "{} is a folder: choose the files in it",
            path.display()
        ));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!(
            "{} is larger than {} MiB: cut out the part that is of interest",
            path.display(),
            MAX_FILE >> 20
        ));
    }
    let (text, note) = match String::from_utf8(bytes) {
        Ok(text) => (text, String::new()),
        Err(e) => {
            let place = e.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
            let note = format!(
                "{} is not UTF-8 at byte {place}: such bytes were read as U+FFFD",
                path.display()
            );
            (text, note)
        }
    };
    Ok(Material {
        found: find::find(&text),
        text: (text.len() <= SHORT_TEXT).then(|| Arc::from(text)),
        note,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
