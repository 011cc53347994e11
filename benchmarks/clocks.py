"""What power leaves of a card's clock while a command keeps it busy: asks nvidia-smi twenty times a second.

    python benchmarks/clocks.py COMMAND...

Prints the last line of the command's output, and below it clock and power over the moments at which the card drew more than half of
what it may: medians, with the tenth and the ninetieth percentile.
"""
import statistics
import subprocess
import sys
import tempfile

FIELDS = "clocks.sm,clocks.max.sm,power.draw.instant,enforced.power.limit,clocks_event_reasons.sw_power_cap"


def spread(values):
    tenths = statistics.quantiles(values, n=10)
    return f"{statistics.median(values):,.0f} ({tenths[0]:,.0f} to {tenths[-1]:,.0f})"


if len(sys.argv) < 2:
    sys.exit(__doc__)

with tempfile.TemporaryFile("w+") as log:
    watch = subprocess.Popen(
        ["nvidia-smi", "--id=0", f"--query-gpu={FIELDS}", "--format=csv,noheader,nounits", "--loop-ms=50"], stdout=log)
    try:
        done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
    finally:
        watch.terminate()
        watch.wait()

    log.seek(0)
    rows = [line.strip().split(", ") for line in log if line.count(",") == FIELDS.count(",")]

if done.returncode != 0:
    sys.exit((done.stdout + done.stderr)[-2000:])

print(*done.stdout.strip().splitlines()[-1:])
busy = [row for row in rows if float(row[2]) > float(row[3]) / 2]
if len(busy) < 10:
    sys.exit(f"only {len(busy)} of {len(rows)} moments were busy: run more steps")

capped = sum(row[4] == "Active" for row in busy) / len(busy)
print(f"  clock {spread([float(row[0]) for row in busy])} of {float(busy[0][1]):,.0f} MHz; "
      f"power {spread([float(row[2]) for row in busy])} of {float(busy[0][3]):,.0f} W; "
      f"held back by power at {capped:.0%} of {len(busy)} moments")
