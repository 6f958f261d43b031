//! Plots as one SVG, by hand: both axes logarithmic, in colours that can be read on light and on dark.

use std::fmt::Write;

use super::plot::Plot;
use crate::stats::grouped;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 260.0;
const COLUMNS: usize = 2;
/// Around the axes: left, right, top, bottom.
const MARGIN: [f64; 4] = [58.0, 16.0, 46.0, 40.0];
const COLOURS: [&str; 4] = ["#3b82f6", "#f59e0b", "#10b981", "#ec4899"];
const GREY: &str = "#8b8f98";

pub fn draw(plots: &[Plot]) -> String {
    let rows = plots.len().div_ceil(COLUMNS);
    let (width, height) = (WIDTH * COLUMNS as f64, HEIGHT * rows as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"{GREY}\">\n"
    );
    for (index, plot) in plots.iter().enumerate() {
        let (x, y) = ((index % COLUMNS) as f64 * WIDTH, (index / COLUMNS) as f64 * HEIGHT);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        panel(&mut svg, plot);
        svg.push_str("</g>\n");
    }
    svg + "</svg>\n"
}

fn panel(svg: &mut String, plot: &Plot) {
    let points = || plot.lines.iter().flat_map(|line| &line.points);
    let across = Axis::new(points().map(|(along, _)| *along), MARGIN[0], WIDTH - MARGIN[1]);
    let up = Axis::new(points().map(|(_, figure)| *figure), HEIGHT - MARGIN[3], MARGIN[2]);
    let _ =
        writeln!(svg, "<text x=\"{}\" y=\"16\" font-size=\"13\" font-weight=\"600\">{}</text>", MARGIN[0], escaped(&plot.title));
    for at in across.ticks() {
        let x = across.place(at);
        line(svg, [x, MARGIN[2], x, HEIGHT - MARGIN[3]], 0.25);
        text(svg, x, HEIGHT - MARGIN[3] + 14.0, "middle", &label(at));
    }
    for at in up.ticks() {
        let y = up.place(at);
        line(svg, [MARGIN[0], y, WIDTH - MARGIN[1], y], 0.25);
        text(svg, MARGIN[0] - 6.0, y + 4.0, "end", &label(at));
    }
    line(svg, [MARGIN[0], HEIGHT - MARGIN[3], WIDTH - MARGIN[1], HEIGHT - MARGIN[3]], 0.9);
    line(svg, [MARGIN[0], MARGIN[2], MARGIN[0], HEIGHT - MARGIN[3]], 0.9);
    text(svg, (MARGIN[0] + WIDTH - MARGIN[1]) / 2.0, HEIGHT - 8.0, "middle", plot.along);
    text(svg, MARGIN[0] - 6.0, MARGIN[2] - 10.0, "end", plot.unit);
    let mut legend = MARGIN[0] + 6.0;
    for (each, colour) in plot.lines.iter().zip(COLOURS.iter().cycle()) {
        let places: Vec<(f64, f64)> = each
            .points
            .iter()
            .filter(|(_, figure)| *figure > 0.0)
            .map(|(along, figure)| (across.place(*along), up.place(*figure)))
            .collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>", path.join(" "));
        for (x, y) in places {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"/>");
        }
        let _ =
            writeln!(svg, "<text x=\"{legend:.0}\" y=\"{}\" fill=\"{colour}\">{}</text>", MARGIN[2] - 10.0, escaped(&each.name));
        legend += 12.0 + 6.0 * each.name.chars().count() as f64;
    }
}

/// A logarithmic scale over whole decades.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn new(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| *value > 0.0) {
            (low, high) = (low.min(value.log10().floor()), high.max(value.log10().ceil()));
        }
        if !low.is_finite() || !high.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        Self { low, high: high.max(low + 1.0), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        self.from + (value.log10() - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    fn ticks(&self) -> Vec<f64> {
        (self.low as i32..=self.high as i32).map(|power| 10f64.powi(power)).collect()
    }
}

fn label(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", grouped((value / 1e6) as u64, ',')),
        value if value >= 1.0 => grouped(value as u64, ','),
        value => value.to_string(),
    }
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], opacity: f64) {
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{GREY}\" stroke-opacity=\"{opacity}\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(content));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_whole_and_places_within() {
        let axis = Axis::new([3.0, 250.0].into_iter(), 100.0, 0.0);
        assert_eq!(axis.ticks(), [1.0, 10.0, 100.0, 1000.0]);
        assert!((axis.place(1.0), axis.place(1000.0)) == (100.0, 0.0) && axis.place(3.0) < 100.0);
        assert_eq!((label(0.1), label(100_000.0), label(2e6)), ("0.1".into(), "100,000".into(), "2 M".into()));
    }
}
