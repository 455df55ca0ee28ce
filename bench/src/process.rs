//! What a process has used, as Linux tells it.

use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// The unit of times in `/proc/PID/stat`: 100 a second on every Linux there is.
const TICK: Duration = Duration::from_millis(10);

/// A running process.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// Processor time since it began, all threads together.
    pub fn cpu(self) -> Result<Duration> {
        let (_, fields) = self.stat()?;
        let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
        Ok(TICK * (ticks(11) + ticks(12)))
    }

    /// Memory that is its own, in bytes.
    pub fn resident(self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most it ever was.
    pub fn most_resident(self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(self, field: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let kib = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix("kB"));
        Ok(kib.with_context(|| format!("no {field} in /proc"))?.trim().parse::<u64>()? * 1024)
    }

    /// Processor time of all its children that are there now.
    pub fn cpu_of_children(self) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // One may have ended meanwhile.
            if Self(pid).parent().is_ok_and(|parent| parent == self.0) {
                sum += Self(pid).cpu().unwrap_or_default();
            }
        }
        Ok(sum)
    }

    pub fn parent(self) -> Result<u32> {
        let (_, fields) = self.stat()?;
        Ok(fields.get(1).context("no parent in /proc")?.parse()?)
    }

    /// The name, and the fields after it from the state on: the name may hold blanks.
    fn stat(self) -> Result<(String, Vec<String>)> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        let (name, fields) = stat.rsplit_once(')').context("/proc/PID/stat is not what it should be")?;
        Ok((name.to_owned(), fields.split_whitespace().map(str::to_owned).collect()))
    }
}
