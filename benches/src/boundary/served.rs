//! The programs under measurement, one a language, which wait for orders.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A program that answers a way and a number with nanoseconds.
pub(super) struct Served {
    pub(super) language: &'static str,
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The decision that it told first.
    pub(super) decision: String,
}

impl Served {
    pub(super) fn start(
        language: &'static str,
        mut command: Command,
    ) -> Result<Self, Box<dyn Error>> {
        let fault = |error| format!("{language}: {error}");
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = piped.spawn().map_err(fault)?;
        let orders = process.stdin.take().ok_or("no input")?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut decision = String::new();
        answers.read_line(&mut decision)?;
        Ok(Self { language, process, orders, answers, decision })
    }

    /// Nanoseconds of so many calls.
    pub(super) fn run(&mut self, way: &str, times: u64) -> Result<f64, Box<dyn Error>> {
        writeln!(self.orders, "{way} {times}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let number = answer.trim().parse();
        number.map_err(|_| format!("{}, {way}: {answer:?} is no number", self.language).into())
    }

    /// Lets it end.
    pub(super) fn end(self) -> Result<(), Box<dyn Error>> {
        let Self { mut process, orders, .. } = self;
        drop(orders);
        process.wait()?;
        Ok(())
    }
}

/// Where the packages are that people get, each installed.
pub(super) struct Packages {
    pub(super) python: PathBuf,
    pub(super) node: PathBuf,
    c: PathBuf,
}

impl Packages {
    pub(super) fn at(home: &Path) -> Result<Self, Box<dyn Error>> {
        let clean = home.join("clean-c");
        let entries =
            fs::read_dir(&clean).map_err(|error| format!("{}: {error}", clean.display()))?;
        let mut folders = entries.flatten().map(|entry| entry.path());
        let c = folders.find(|path| path.join("include/cocket.h").is_file());
        Ok(Self {
            python: home.join("clean-python/venv/bin/python"),
            node: home.join("clean-node"),
            c: c.ok_or("the C archive is not unpacked")?,
        })
    }

    /// Builds the program in C; gives its path.
    pub(super) fn c_program(&self, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
        let program = folder.join("serve-c");
        let mut flags = Command::new("pkg-config");
        flags.args(["--cflags", "--libs", "cocket"]);
        let flags = flags.env("PKG_CONFIG_PATH", self.c.join("lib/pkgconfig")).output()?;
        let flags = String::from_utf8(flags.stdout)?;
        let mut build = Command::new("cc");
        build.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program);
        build.arg(source("serve.c")).args(flags.split_whitespace());
        build.arg(format!("-Wl,-rpath,{}", self.c.join("lib").display()));
        match build.status()?.success() {
            true => Ok(program),
            false => Err("the program in C was not built".into()),
        }
    }

    /// Every language's program, Rust's first.
    pub(super) fn served(&self, folder: &Path) -> Result<Vec<Served>, Box<dyn Error>> {
        let mut rust = Command::new(env::current_exe()?);
        rust.arg("serve").arg(folder);
        let mut c = Command::new(self.c_program(folder)?);
        c.arg(folder);
        let mut python = Command::new(&self.python);
        python.arg(source("serve.py")).arg(folder);
        let mut node = Command::new("node");
        node.arg(source("serve.mjs")).arg(folder).arg(&self.node);
        let commands = [("Rust", rust), ("C", c), ("Python", python), ("Node", node)];
        commands.into_iter().map(|(language, command)| Served::start(language, command)).collect()
    }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("boundary").join(name)
}
