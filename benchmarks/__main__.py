"""Run the benchmarks named on the command line, or all of them."""

import sys
from importlib import import_module
from time import perf_counter

NAMES = ("imports", "load", "pages", "refreshing", "detectors", "coverage", "evidence")


def main() -> int:
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")] or NAMES
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in wanted:
        began = perf_counter()
        print(f"== {name}", flush=True)
        import_module(f"benchmarks.{name}").main()
        print(f"   ({perf_counter() - began:.0f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
