//! Carries effects out on tokio and a blocking pool; outcomes come back over one channel.

use std::{
    collections::HashMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::Notify,
    task::AbortHandle,
};

use super::{
    browser::{self, Opener},
    crack, discover, files, fire,
    http::Http,
    practice, reference, store,
    store::Store,
    wait,
};
use crate::{
    app::{
        Effect, Outcome,
        analysis::{Analysis, Begun, Input, analyse_while_wanted, picture},
        effect::Document,
        forge::{Forged, Order, make, make_stack},
    },
    attack::fire::Fire,
    jose::{
        crypto,
        jwe::{Draft, Form},
        pem,
    },
    kit::{clock::Clock, ids::JobId, rng::SystemRng},
    practice::Faults,
    principal::picture::{Picture, Seen},
    token::{decrypt::decrypt, find},
};

/// How long a change may stay unwritten.
pub const AUTOSAVE_DELAY: Duration = Duration::from_secs(1);

/// How long analysing is put off while a chain runs.
const PUT_OFF: Duration = Duration::from_millis(60);

/// How long an analysis that was replaced is kept: until the panels have drawn the new one.
const LET_GO: Duration = Duration::from_millis(250);

/// How long the end of the program waits for files that are being written.
const END_WAITS: Duration = Duration::from_secs(3);

/// What a runtime is given.
pub struct Settings {
    /// Where autosaves are kept; `None` keeps none.
    pub state: Option<PathBuf>,
    /// Whether the system's keychain may be used.
    pub keychain: bool,
    /// Opens an address in the user's browser.
    pub opener: Opener,
}

impl Default for Settings {
    /// The user's state folder (`DELEGRAPH_STATE` names another), the system's keychain (unless
    /// `DELEGRAPH_KEYCHAIN` is `off`), the user's browser.
    fn default() -> Self {
        Self {
            state: store::state_folder(),
            keychain: std::env::var_os("DELEGRAPH_KEYCHAIN").is_none_or(|v| v != "off"),
            opener: browser::system(),
        }
    }
}

/// The runtime. Dropping it ends all work; an autosave that waits is written first.
pub struct Runtime {
    tokio: Option<tokio::runtime::Runtime>,
    shared: Arc<Shared>,
    outcomes: mpsc::Receiver<Outcome>,
    /// Asks of the practice servers, carried out in order: a stop never overtakes a start.
    practice: tokio::sync::mpsc::UnboundedSender<PracticeAsk>,
}

enum PracticeAsk {
    Start(Faults),
    StopOne(Faults),
    Stop,
}

struct Shared {
    handle: Handle,
    http: Http,
    store: Store,
    sender: mpsc::Sender<Outcome>,
    wake: Box<dyn Fn() + Send + Sync>,
    jobs: Mutex<HashMap<JobId, AbortHandle>>,
    /// What ends firing that is under way.
    firing: Mutex<HashMap<JobId, Arc<Notify>>>,
    autosave: Mutex<Autosave>,
    /// Keeps the order of writing and dropping an autosave.
    writing: Mutex<()>,
    opener: Opener,
}

/// The newest document that is to be autosaved. Taken and written under [`Shared::writing`].
#[derive(Default)]
struct Autosave {
    waiting: Option<Box<Document>>,
    /// A task will write it.
    scheduled: bool,
    /// What was written is to be dropped.
    dropping: bool,
}

impl Runtime {
    /// Starts it. `wake` is called, from any thread, when an outcome waits.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Result<Self, String> {
        Self::with(Settings::default(), wake)
    }

    /// Starts it with other settings.
    pub fn with(
        settings: Settings,
        wake: impl Fn() + Send + Sync + 'static,
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
            store: Store::new(settings.state, settings.keychain),
            sender,
            wake: Box::new(wake),
            jobs: Mutex::default(),
            firing: Mutex::default(),
            autosave: Mutex::default(),
            writing: Mutex::default(),
            opener: settings.opener,
        });
        let (practice, asks) = tokio::sync::mpsc::unbounded_channel();
        tokio.spawn(serve_practice(Arc::clone(&shared), asks));
        Ok(Self {
            practice,
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
            Effect::Fire(job, fire, clock) => shared.fire(job, *fire, clock),
            Effect::Forge(order) => shared.blocking(move |_| {
                let basis = order.basis.clone();
                Some(Outcome::Forged(basis, forge_safely(*order)))
            }),
            Effect::StackForgeries(forged, names) => shared.blocking(move |_| {
                let shown = make_stack(&forged, &names);
                Some(Outcome::Stacked(names, shown))
            }),
            Effect::Crack(job, raw, list, keys) => shared.clone().job(job, async move {
                let tell = |tried| shared.send(Outcome::Tried(job, tried));
                let (tried, result) = crack::search(raw, list, keys, tell).await;
                Outcome::Cracked(job, tried, result)
            }),
            Effect::Browser(job, want) => shared.clone().job(job, async move {
                let opener = Arc::clone(&shared.opener);
                let tell = |state| shared.send(Outcome::SigningIn(job, Box::new(state)));
                Outcome::Redirect(job, browser::sign_in(want, opener, tell).await)
            }),
            Effect::Wait(job, time) => shared.clone().job(job, async move {
                let tell = |left| shared.send(Outcome::Waiting(job, left));
                Outcome::Waited(job, wait::wait(time, tell).await)
            }),
            Effect::Discover(job, issuer) => shared.clone().job(job, async move {
                Outcome::Discovered(job, discover::discover(&shared.http, &issuer).await)
            }),
            Effect::FetchKeys(job, metadata, at) => shared.clone().job(job, async move {
                let found = discover::keys_alone(&shared.http, *metadata, at).await;
                Outcome::Discovered(job, found)
            }),
            Effect::ReadText(job, at) => {
                shared.blocking(move |_| Some(Outcome::Text(job, reference::read(&at))));
            }
            Effect::ReadCredentials(job, wanted) => shared.blocking(move |_| {
                let read = |(client, at, method)| (client, reference::credential(&at, method));
                let read = wanted.into_iter().map(read).collect();
                Some(Outcome::CredentialsRead(job, read))
            }),
            // The receiver is gone only when the program ends.
            Effect::StartPractice(faults) => {
                let _ = self.practice.send(PracticeAsk::Start(faults));
            }
            Effect::StopOnePractice(faults) => {
                let _ = self.practice.send(PracticeAsk::StopOne(faults));
            }
            Effect::StopPractice => {
                let _ = self.practice.send(PracticeAsk::Stop);
            }
            Effect::Analyse(input, previous) => shared.blocking(move |_| {
                Some(match analyse_safely(&input, &previous) {
                    Ok(analysis) => Outcome::Analysed(Arc::new(analysis)),
                    Err(begun) => Outcome::AnalysisStopped(Arc::new(begun)),
                })
            }),
            Effect::Picture(analysis, previous, seen) => shared.blocking(move |_| {
                let picture = picture_safely(&analysis, &previous, &seen);
                Some(Outcome::Pictured(analysis, Arc::new(picture)))
            }),
            Effect::DropAnalysis(replaced) => {
                let handle = shared.handle.clone();
                handle.spawn(async move {
                    tokio::time::sleep(LET_GO).await;
                    shared.blocking(move |_| {
                        drop(replaced);
                        None
                    });
                });
            }
            Effect::DelayAnalysis => {
                let handle = shared.handle.clone();
                handle.spawn(async move {
                    tokio::time::sleep(PUT_OFF).await;
                    shared.send(Outcome::AnalysisDue);
                });
            }
            Effect::GenerateKey(job, id, alg) => shared.blocking(move |_| {
                let key = crypto::generate_named(&alg, None).map_err(|e| e.to_string());
                Some(Outcome::Key(job, id, key))
            }),
            Effect::ReadKeys(job, text, passphrase) => shared.blocking(move |_| {
                let keys = pem::read_with(text.expose(), Some(&passphrase));
                Some(Outcome::KeysRead(job, keys))
            }),
            Effect::Decrypt(job, raw, keys) => shared
                .blocking(move |_| Some(Outcome::Decrypted(job, Box::new(decrypt(&raw, &keys))))),
            Effect::Encrypt(job, text, header, key) => shared.blocking(move |_| {
                let sealed = Draft::compact(header, key)
                    .seal(Form::Compact, text.as_bytes(), &SystemRng)
                    .map_err(|e| e.to_string());
                Some(Outcome::Encrypted(job, sealed))
            }),
            Effect::FindTokens(job, text) => {
                shared.blocking(move |_| Some(Outcome::Found(job, find::find(&text))));
            }
            Effect::ReadFiles(job, paths) => shared.blocking(move |_| {
                let read = |path: PathBuf| {
                    let material = files::read(&path);
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
            Effect::Autosave(document) => shared.autosave_soon(document),
            Effect::DropAutosave => {
                {
                    let mut autosave = lock(&shared.autosave);
                    autosave.waiting = None;
                    autosave.dropping = true;
                }
                shared.blocking(|shared| {
                    shared.drop_autosave();
                    None
                });
            }
            Effect::LookForRecovery => {
                shared.blocking(|shared| Some(Outcome::Recoverable(shared.store.recoverable())));
            }
            Effect::DropRecovery(path) => shared.blocking(move |shared| {
                if let Err(why) = shared.write_autosave() {
                    return Some(Outcome::AutosaveFailed(why)); // and what was recovered stays
                }
                shared.store.drop_recovery(&path);
                Some(Outcome::Recoverable(shared.store.recoverable()))
            }),
            Effect::Cancel(job) => {
                if let Some(stop) = lock(&shared.firing).remove(&job) {
                    stop.notify_one();
                } else if let Some(job) = lock(&shared.jobs).remove(&job) {
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
        // Work that has not begun is not begun any more: nothing may be left behind by that.
        self.shared.drop_autosave();
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_timeout(END_WAITS);
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

    /// Fires; cancelling it lets it say its last word.
    fn fire(self: Arc<Self>, job: JobId, fire: Fire, clock: Clock) {
        let stop = Arc::new(Notify::new());
        lock(&self.firing).insert(job, Arc::clone(&stop));
        let handle = self.handle.clone();
        handle.spawn(async move {
            let tell = |volley| self.send(Outcome::Fired(job, Box::new(volley)));
            fire::fire(&self.http, fire, clock, &stop, tell).await;
            lock(&self.firing).remove(&job);
        });
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

    /// Writes the newest document within [`AUTOSAVE_DELAY`], however many changes come.
    fn autosave_soon(self: Arc<Self>, document: Box<Document>) {
        {
            let mut autosave = lock(&self.autosave);
            autosave.waiting = Some(document);
            // A newer change asks for its file: it stays.
            autosave.dropping = false;
            if std::mem::replace(&mut autosave.scheduled, true) {
                return;
            }
        }
        let handle = self.handle.clone();
        handle.spawn(async move {
            tokio::time::sleep(AUTOSAVE_DELAY).await;
            lock(&self.autosave).scheduled = false;
            self.blocking(|shared| shared.write_autosave().err().map(Outcome::AutosaveFailed));
        });
    }

    fn drop_autosave(&self) {
        let _order = lock(&self.writing);
        if std::mem::take(&mut lock(&self.autosave).dropping) {
            self.store.drop_autosave();
        }
    }

    fn write_autosave(&self) -> Result<(), String> {
        let _order = lock(&self.writing);
        let document = lock(&self.autosave).waiting.take();
        match document {
            Some(document) => self.store.autosave(&document),
            None => Ok(()),
        }
    }
}

/// Owns the practice servers. When the runtime ends they are dropped, which stops them.
async fn serve_practice(
    shared: Arc<Shared>,
    mut asks: tokio::sync::mpsc::UnboundedReceiver<PracticeAsk>,
) {
    let mut servers: HashMap<Faults, practice::Server> = HashMap::new();
    while let Some(ask) = asks.recv().await {
        match ask {
            PracticeAsk::Start(faults) => {
                let state = match servers.get(&faults) {
                    Some(server) => Ok(Arc::clone(&server.info)),
                    None => practice::start(0, faults.clone()).await.map(|server| {
                        let info = Arc::clone(&server.info);
                        servers.insert(faults.clone(), server);
                        info
                    }),
                };
                shared.send(Outcome::Practice(faults, state));
            }
            PracticeAsk::StopOne(faults) => {
                if let Some(server) = servers.remove(&faults) {
                    server.stop().await;
                }
            }
            PracticeAsk::Stop => {
                for (_, server) in servers.drain() {
                    server.stop().await;
                }
            }
        }
    }
}

/// The analysis; a defect in a rule leaves the earlier one standing and says so, instead of leaving
/// the program to wait for ever.
fn analyse_safely(input: &Input, previous: &Analysis) -> Result<Analysis, Begun> {
    let made = catch_unwind(AssertUnwindSafe(|| analyse_while_wanted(input, previous)));
    made.unwrap_or_else(|_| {
        tracing::error!(revision = input.revision, "the analysis failed");
        Ok(Analysis {
            revision: input.revision,
            failed: Some(
                "Findings and graph could not be brought up to date: this is a defect of \
                 Delegraph. What is shown is the state before the last change."
                    .into(),
            ),
            ..previous.clone()
        })
    })
}

/// The graph as it is wanted; after a defect it stays as it is.
fn picture_safely(analysis: &Analysis, previous: &Picture, seen: &Seen) -> Picture {
    catch_unwind(AssertUnwindSafe(|| picture(analysis, previous, seen))).unwrap_or_else(|_| {
        tracing::error!("the graph could not be drawn up");
        Picture {
            seen: seen.clone(),
            ..previous.clone()
        }
    })
}

/// Every forgery; a defect in one is said, and the program goes on.
fn forge_safely(order: Order) -> Result<Arc<Forged>, String> {
    catch_unwind(AssertUnwindSafe(|| make(order)))
        .unwrap_or_else(|_| Err("this is a defect of Delegraph".into()))
        .map(Arc::new)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
