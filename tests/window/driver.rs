//! The real window on a virtual screen, used as a person would: look at what a screen reader is told,
//! click, press keys, take pictures. Speaks eframe's inspection protocol.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use egui::{
    Event, Key, Modifiers, PointerButton, Pos2,
    accesskit::{Node, Role, TreeUpdate},
    pos2,
};
use egui_inspection::{Request, Response, protocol};
use tempfile::TempDir;

/// How long anything on the screen may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A virtual screen; ends with the value.
pub struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    /// Starts Xvfb on a free display. Fails, never skips, where there is none.
    pub fn start(width: u32, height: u32) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is needed (Debian: apt-get install xvfb)");
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let number: u32 = line
            .trim()
            .parse()
            .expect("Xvfb gives its display's number");
        Self {
            server,
            name: format!(":{number}"),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program's window.
pub struct Window {
    child: Child,
    stream: TcpStream,
    /// From the start of the program to the answer of its first frame.
    opened: Duration,
    _home: TempDir,
}

/// What the screen reader is told.
pub struct Tree(TreeUpdate);

impl Window {
    /// Starts the program in an empty home and waits for its first frame.
    pub fn open(screen: &Screen, arguments: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_delegraph"));
        program.args(arguments);
        Self::start(screen, program)
    }

    /// Starts this very program again as the empty window that a measurement compares with.
    pub fn open_empty(screen: &Screen) -> Self {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.env("DELEGRAPH_EMPTY_WINDOW", "1");
        Self::start(screen, program)
    }

    fn start(screen: &Screen, mut program: Command) -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .unwrap()
            .port();
        let began = now();
        let mut child = program
            .env("DISPLAY", &screen.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("EGUI_INSPECTION", format!("127.0.0.1:{port}"))
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("XDG_RUNTIME_DIR", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stream = loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                break stream;
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the window did not open ({status}): {}", said(&mut child));
            }
            assert!(began.elapsed() < PATIENCE, "no window after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(5));
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        protocol::read_handshake(&stream).unwrap();
        let mut window = Self {
            child,
            stream,
            opened: Duration::ZERO,
            _home: home,
        };
        window.tree();
        window.opened = began.elapsed();
        window
    }

    fn ask(&mut self, request: &Request) -> Response {
        match self.try_ask(request) {
            Ok(Response::Error { message }) => panic!("{request:?}: {message}"),
            Ok(response) => response,
            Err(e) => {
                // With the program gone its last words can be read to their end.
                let _ = self.child.kill();
                let status = self.child.wait();
                panic!("{request:?}: {e}; {status:?}: {}", said(&mut self.child));
            }
        }
    }

    fn try_ask(&mut self, request: &Request) -> std::io::Result<Response> {
        protocol::write_message(&self.stream, request)?;
        protocol::read_message(&self.stream)
    }

    /// How long it took from the start of the program to its first frame.
    pub fn opened(&self) -> Duration {
        self.opened
    }

    /// Frames that are drawn within `time` without being asked for.
    pub fn frames_in(&mut self, time: Duration) -> u64 {
        // The two questions are answered by frames of their own; what a question costs a window that
        // sleeps is measured first, by asking twice with a moment between.
        let cost = {
            let before = self.step();
            std::thread::sleep(Duration::from_millis(500));
            self.step() - before
        };
        let before = self.step();
        std::thread::sleep(time);
        (self.step() - before).saturating_sub(cost)
    }

    /// The number of the frame that answers.
    fn step(&mut self) -> u64 {
        match self.ask(&Request::GetTree) {
            Response::Tree { step, .. } => step,
            other => panic!("no tree came: {other:?}"),
        }
    }

    /// What a screen reader is told now.
    pub fn tree(&mut self) -> Tree {
        let began = now();
        loop {
            if let Response::Tree {
                accesskit: Some(tree),
                ..
            } = self.ask(&Request::GetTree)
            {
                return Tree(tree);
            }
            assert!(began.elapsed() < PATIENCE, "no accessibility tree");
        }
    }

    /// Waits until `found` gives something, and gives it.
    pub fn wait<T>(&mut self, what: &str, found: impl Fn(&Tree) -> Option<T>) -> T {
        let began = now();
        loop {
            let tree = self.tree();
            if let Some(found) = found(&tree) {
                return found;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{what} did not come; on screen:\n{}",
                tree.labels().join("\n")
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Clicks the widget of that role whose name begins with `name`.
    pub fn click(&mut self, role: Role, name: &str) {
        let place = self.wait(name, |tree| tree.place(role, name));
        self.send(click(place));
    }

    /// Presses and releases a key.
    pub fn key(&mut self, key: Key, modifiers: Modifiers) {
        let event = |pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        };
        self.send(vec![event(true)]);
        self.send(vec![event(false)]);
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) {
        self.send(vec![Event::Paste(text.to_owned())]);
    }

    fn send(&mut self, events: Vec<Event>) {
        self.ask(&Request::ApplyEvents { events });
    }

    /// Waits until nothing moves.
    pub fn settle(&mut self) {
        self.ask(&Request::Settle { max_steps: 240 });
    }

    /// Takes a picture of the window, checks that it is one, and saves it.
    pub fn picture(&mut self, file: &Path) {
        // The pointer's hover would be in the picture.
        self.send(vec![Event::PointerGone]);
        self.settle();
        let Response::Screenshot(png) = self.ask(&Request::GetScreenshot {
            pixels_per_point: None,
        }) else {
            panic!("no picture came");
        };
        let picture = resvg::tiny_skia::Pixmap::decode_png(&png.bytes).unwrap();
        let colours: std::collections::BTreeSet<u32> = picture
            .pixels()
            .iter()
            .map(|p| u32::from_be_bytes([p.red(), p.green(), p.blue(), p.alpha()]))
            .collect();
        assert!(picture.width() >= 800 && picture.height() >= 560);
        assert!(
            colours.len() > 100,
            "{} colours: nothing was drawn",
            colours.len()
        );
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, &png.bytes).unwrap();
    }

    /// Quits as a user would, unsaved work left behind, and gives how the program ended.
    pub fn quit(mut self) -> (ExitStatus, String) {
        let press = Event::Key {
            key: Key::Q,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::COMMAND | Modifiers::CTRL,
        };
        let mut request = Request::ApplyEvents {
            events: vec![press],
        };
        let began = now();
        loop {
            // The program may end before it answers.
            let answer = self.try_ask(&request);
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, said(&mut self.child));
            }
            request = match answer {
                Ok(Response::Tree {
                    accesskit: Some(tree),
                    ..
                }) => Tree(tree)
                    .place(Role::Button, "Go on without saving")
                    .map_or(Request::GetTree, |place| Request::ApplyEvents {
                        events: click(place),
                    }),
                _ => Request::GetTree,
            };
            assert!(began.elapsed() < PATIENCE, "Ctrl+Q did not end the program");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Tree {
    fn named(&self) -> impl Iterator<Item = (&Node, &str)> {
        self.0
            .nodes
            .iter()
            .filter_map(|(_, node)| Some((node, node.label().or_else(|| node.value())?)))
    }

    /// Every name, in the tree's order.
    pub fn labels(&self) -> Vec<String> {
        self.named()
            .map(|(node, label)| format!("{:?}: {label}", node.role()))
            .collect()
    }

    /// Whether there is a widget of that role whose name begins with `name`.
    pub fn has(&self, role: Role, name: &str) -> bool {
        self.place(role, name).is_some()
    }

    /// Whether any widget's name contains `text`.
    pub fn says(&self, text: &str) -> bool {
        self.named().any(|(_, label)| label.contains(text))
    }

    fn place(&self, role: Role, name: &str) -> Option<Pos2> {
        let (node, _) = self
            .named()
            .find(|(node, label)| node.role() == role && label.starts_with(name))?;
        let bounds = node.bounds()?;
        Some(pos2(
            f64::midpoint(bounds.x0, bounds.x1) as f32,
            f64::midpoint(bounds.y0, bounds.y1) as f32,
        ))
    }
}

/// A click, in one frame: on a slow machine two would be far enough apart to be none.
fn click(place: Pos2) -> Vec<Event> {
    let button = |pressed| Event::PointerButton {
        pos: place,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    vec![Event::PointerMoved(place), button(true), button(false)]
}

fn said(child: &mut Child) -> String {
    let mut text = String::new();
    if let Some(stderr) = child.stderr.as_mut() {
        let _ = stderr.read_to_string(&mut text);
    }
    text
}

#[allow(clippy::disallowed_methods)] // waits for another program, outside of its clock
fn now() -> Instant {
    Instant::now()
}
