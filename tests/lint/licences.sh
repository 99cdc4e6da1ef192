#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every file says its licence in its first lines, and the one that its folder has.
source "$(dirname "$0")/common.sh"

# Prose, texts of licences, and formats that have no comments.
exempt() {
    case $1 in
        *.md | *.json | *.png | */debian/copyright | LICENSES/* | .gitignore | tests/fuzz/corpus/*) return 0 ;;
        *) return 1 ;;
    esac
}

licence_of_folder() {
    case $1 in
        # A test's BPF program includes the headers of bpf/.
        bpf/*.c | bpf/*.h | tests/*.bpf.c | tests/*.bpf.h) echo 'GPL-2.0-only' ;;
        include/*.h | tests/bench/packet_cost.h) echo 'GPL-2.0-only OR Apache-2.0' ;;
        *) echo 'Apache-2.0' ;;
    esac
}

looked_at=0
while IFS= read -r file; do
    exempt "$file" && continue
    looked_at=$((looked_at + 1))
    expected=$(licence_of_folder "$file")
    said=$(head -n 3 "$file" | tr -d '\0' | sed -n 's|^.*SPDX-License-Identifier: ||p' | sed 's/ *\(\*\/\|-->\)*$//')
    [[ $said == "$expected" ]] || finding "$file: says '$said', should say 'SPDX-License-Identifier: $expected'"
done < <(project_files)
verdict "$looked_at"
