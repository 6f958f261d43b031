//! The table and the figures.

use std::{
    fmt, fs,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use super::plot::Plot;
use crate::stats::median;

#[derive(Serialize)]
pub struct Row {
    pub name: String,
    /// Of the repeats, the median.
    pub measured: f64,
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// What the budget is about: the figure itself, or what it is over or times the floor.
    pub judged: f64,
    pub judged_as: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
    pub repeats: Vec<f64>,
}

impl Row {
    pub fn new(name: impl Into<String>, unit: &'static str, repeats: Vec<f64>) -> Self {
        let measured = median(&repeats);
        let (floor, budget, met) = (None, None, None);
        Self { name: name.into(), measured, unit, floor, judged: measured, judged_as: unit, budget, met, repeats }
    }

    /// Judged by how much it is above the floor.
    pub fn over(mut self, floor: &[f64]) -> Self {
        let floor = median(floor);
        (self.floor, self.judged) = (Some(floor), self.measured - floor);
        self.judged_as = "over";
        self
    }

    /// Judged by how many times the floor it is.
    pub fn times(mut self, floor: &[f64]) -> Self {
        let floor = median(floor);
        (self.floor, self.judged) = (Some(floor), self.measured / floor);
        self.judged_as = "×";
        self
    }

    /// Shown beside the floor, judged by itself.
    pub fn beside(mut self, floor: &[f64]) -> Self {
        self.floor = Some(median(floor));
        self
    }

    pub fn within(mut self, budget: f64) -> Self {
        self.budget = Some(budget);
        self.met = Some(self.judged <= budget);
        self
    }
}

#[derive(Serialize)]
pub struct Report {
    version: String,
    machine: String,
    /// Seconds since 1970.
    measured_at: u64,
    load_before: String,
    load_after: String,
    noisy_repeats: u32,
    rows: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plots: Vec<Plot>,
}

impl Report {
    pub fn begin(program: &Path) -> anyhow::Result<Self> {
        let output = Command::new(program).arg("--version").output()?;
        let measured_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let (load_after, machine) = (String::new(), machine());
        Ok(Self {
            version,
            machine,
            measured_at,
            load_before: load(),
            load_after,
            noisy_repeats: 0,
            rows: Vec::new(),
            plots: Vec::new(),
        })
    }

    pub fn add(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
    }

    pub fn end(&mut self, noisy_repeats: u32, plots: Vec<Plot>) {
        (self.noisy_repeats, self.load_after, self.plots) = (noisy_repeats, load(), plots);
    }

    pub fn write_svg(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, super::svg::draw(&self.plots))?)
    }

    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} · {}", self.version, self.machine)?;
        writeln!(
            f,
            "load {} before, {} after; {} repeats on a busy machine\n",
            self.load_before, self.load_after, self.noisy_repeats
        )?;
        if !self.rows.is_empty() {
            self.table(f)?;
        }
        self.plots.iter().try_for_each(|plot| write!(f, "\n{}", plot.table()))
    }
}

impl Report {
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {:44} | {:>13} | {:>11} | {:>13} | {:>9} | met |", "row", "measured", "floor", "judged", "budget")?;
        writeln!(f, "|{:-<46}|{:->15}|{:->13}|{:->15}|{:->11}|-----|", "", "", "", "", "")?;
        for row in &self.rows {
            let floor = row.floor.map_or(String::new(), |floor| format!("{} {}", short(floor), row.unit));
            let judged = match row.judged_as {
                "over" => format!("{:+.3} {}", row.judged, row.unit),
                "×" => format!("{} ×", short(row.judged)),
                _ => format!("{} {}", short(row.judged), row.unit),
            };
            let measured = format!("{} {}", short(row.measured), row.unit);
            let budget = row.budget.map_or(String::new(), |budget| format!("≤ {budget}"));
            let met = row.met.map_or("", |met| if met { "yes" } else { "NO" });
            writeln!(f, "| {:44} | {measured:>13} | {floor:>11} | {judged:>13} | {budget:>9} | {met:3} |", row.name)?;
        }
        Ok(())
    }
}

/// Three digits that mean something.
pub fn short(value: f64) -> String {
    match value.abs() {
        value_abs if value_abs >= 100.0 => format!("{value:.0}"),
        value_abs if value_abs >= 10.0 => format!("{value:.1}"),
        value_abs if value_abs >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{processors} × {model}, Linux {}", kernel.trim())
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_ascii_whitespace().next().unwrap_or("unknown").to_owned()
}
