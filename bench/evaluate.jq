# SPDX-License-Identifier: Apache-2.0
# Reads the lines that the firmware prints, and makes of them the list for programs, the table for people, and
# the faults: results that differ, and figures over their budget.

def round2: . * 100 | round / 100;
def left(width): tostring | . + (" " * ([width - length, 0] | max));
def right(width): tostring | (" " * ([width - length, 0] | max)) + .;

[split("\n")[] | select(length > 0) | split(" ")] as $lines
| (reduce ($lines[] | select(.[0] == "native")) as $line ({};
    .[$line[1]] = {instructions: ($line[2] | tonumber), checksum: $line[3]})) as $native
| [$lines[] | select(.[0] == "engine" and $native[.[1]] != null)
   | {kernel: .[1], engine: .[2], instructions: (.[3] | tonumber), checksum: .[4], fuel: (.[5] | tonumber)}
   | . + {ratio: (.instructions / $native[.kernel].instructions)}] as $runs
| ($runs | map(.engine) | unique) as $engines
| (reduce $engines[] as $engine ({};
    .[$engine] = {
      core: ($runs[] | select(.engine == $engine and .kernel == "core").ratio),
      geomean: ([$runs[] | select(.engine == $engine).ratio | log] | add / length | exp),
      load: ($lines[] | select(.[0] == "load" and .[1] == "mixed" and .[2] == $engine)[3] | tonumber),
      switch: ($lines[] | select(.[0] == "switch" and .[1] == $engine)[2] | tonumber),
      flash: ($lines[] | select(.[0] == "flash" and .[1] == $engine)[2] | tonumber)
    })) as $figures
| ([$lines[] | select(.[0] == "load" and .[1] == "mixed")[4]] | join(" or ")) as $mixed_bytes
| {
    list: ([$native | to_entries[]
            | {kernel: .key, engine: "native", target: $target, fuel: 0, instructions: .value.instructions, ratio: 1}]
           + [$runs[] | {kernel, engine, target: $target, fuel, instructions, ratio: (.ratio | round2)}]),
    table: (
      [("kernel" | left(14)) + ("native" | right(10))
         + ($engines | map((. | right(12)) + ("x" | right(8)) + ("fuel" | right(10))) | add)]
      + [$native | keys_unsorted[] as $kernel
         | ($kernel | left(14)) + ($native[$kernel].instructions | right(10))
           + ([$engines[] as $engine | $runs[] | select(.engine == $engine and .kernel == $kernel)
               | (.instructions | right(12)) + (.ratio | round2 | right(8)) + (.fuel | right(10))] | add // "")]
      + ["", ("" | left(40)) + ($engines | map(right(12)) | add)]
      + [["core", "core, x native"], ["geomean", "geometric mean, x native"],
         ["load", "load of \($mixed_bytes) bytes of image, instructions"], ["switch", "switch, instructions"],
         ["flash", "flash, bytes"]]
        | map(if type == "array"
              then . as [$key, $text] | ($text | left(48)) + ([$engines[] as $engine
                | $figures[$engine][$key] | if $key == "core" or $key == "geomean" then round2 else . end
                | right(12)] | add)
              else . end)
      | join("\n")),
    faults: (
      [$runs[] | select(.checksum != $native[.kernel].checksum)
       | "\(.engine) computes another result of \(.kernel) than native code"]
      + [$engines[] as $engine | $figures[$engine] | to_entries[]
         | select($budget[0][$engine][.key] == null or .value > $budget[0][$engine][.key])
         | "\($engine): \(.key) is \(.value), its budget \($budget[0][$engine][.key])"]
      + (if ($native | length) < 8 then ["fewer than eight kernels"] else [] end)),
    summary: ([$engines[] as $engine
      | "\($engine) core \($figures[$engine].core | round2) x, mean \($figures[$engine].geomean | round2) x"]
      | join("; "))
  }
