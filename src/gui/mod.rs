//! Floor 5: the window. The only place that names egui.
//!
//! Panels read the [`Model`](crate::app::Model) and their own state, and push
//! [`Command`](crate::app::Command)s; [`shell::App`] carries them out after the frame. Nothing is parsed, verified, laid out or read from disk inside a frame.

pub mod banners;
pub mod busy;
pub mod canvas;
pub mod clipboard;
pub mod context;
pub mod desk;
pub mod dialogs;
pub mod drawers;
pub mod files;
pub mod icons;
pub mod kept;
pub mod keyboard_focus;
pub mod notices;
pub mod palette;
pub mod pane;
pub mod panel;
pub mod panels;
pub mod request;
pub mod sections;
pub mod settings;
pub mod shell;
pub mod shortcuts;
pub mod start;
pub mod theme;
pub mod times;
pub mod topbar;
pub mod widgets;

/// Opens the window and runs until it is closed.
pub fn run(start: &shell::Start) -> Result<(), String> {
    let fresh = start
        .fresh
        .then(|| std::env::temp_dir().join(format!("delegraph-fresh-{}.ron", std::process::id())));
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Delegraph")
            .with_app_id("delegraph")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([800.0, 560.0]),
        persist_window: !start.fresh,
        persistence_path: fresh.clone(),
        ..Default::default()
    };
    let start = start.clone();
    let ended = eframe::run_native(
        "delegraph",
        options,
        Box::new(move |cc| Ok(Box::new(shell::App::new(cc, &start)?))),
    );
    if let Some(path) = fresh {
        // Nothing of a fresh start is kept; the file may never have been written.
        let _ = std::fs::remove_file(path);
    }
    ended.map_err(|e| {
        if has_display() {
            let why = without_places(&e.to_string());
            format!("The window could not be opened: {why}. The commands need no display: delegraph --help")
        } else {
            "There is no display to open the window on; the commands need none: delegraph --help".into()
        }
    })
}

/// Whether the system says where a window could be opened. Others than Unix always have a place.
fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(all(unix, not(target_os = "macos"))))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .into_iter()
            .any(named)
}

/// The words of an error of the window system without the source files of the machine that built it.
fn without_places(error: &str) -> String {
    let is_place = |word: &&str| word.contains(".rs:");
    let mut kept: Vec<&str> = Vec::new();
    for word in error.split_whitespace() {
        if is_place(&word) {
            kept.pop_if(|before| *before == "at");
        } else {
            kept.push(word);
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn errors_of_the_window_system_name_no_source_files() {
        let said = super::without_places(
            "winit EventLoopError: os error at /home/x/.cargo/registry/src/winit/mod.rs:765: no compositor",
        );
        assert_eq!(said, "winit EventLoopError: os error no compositor");
    }
}
