//! Figures that grow with something: shown as a table and drawn as a plot.

use std::fmt::Write;

use serde::Serialize;

use crate::stats::grouped;

#[derive(Clone, Serialize)]
pub struct Plot {
    pub title: String,
    /// What grows.
    pub along: &'static str,
    pub unit: &'static str,
    pub lines: Vec<Line>,
}

#[derive(Clone, Serialize)]
pub struct Line {
    pub name: String,
    /// Along and figure.
    pub points: Vec<(f64, f64)>,
}

impl Plot {
    pub fn new(title: impl Into<String>, along: &'static str, unit: &'static str, names: &[&str]) -> Self {
        let lines = names.iter().map(|name| Line { name: (*name).to_owned(), points: Vec::new() }).collect();
        Self { title: title.into(), along, unit, lines }
    }

    /// One figure for each line.
    pub fn add(&mut self, along: f64, figures: &[f64]) {
        for (line, figure) in self.lines.iter_mut().zip(figures) {
            line.points.push((along, *figure));
        }
    }

    pub fn table(&self) -> String {
        // Writing to a string does not fail.
        let mut text = format!("{} ({})\n\n| {:34} |", self.title, self.unit, self.along);
        let Some(first) = self.lines.first() else { return text };
        for (along, _) in &first.points {
            let _ = write!(text, " {:>9} |", grouped(*along as u64, ','));
        }
        let _ = write!(text, "\n|{:-<36}|{}\n", "", "----------:|".repeat(first.points.len()));
        for line in &self.lines {
            let _ = write!(text, "| {:34} |", line.name);
            for (_, figure) in &line.points {
                let _ = write!(text, " {:>9} |", super::report::short(*figure));
            }
            text.push('\n');
        }
        text
    }
}
