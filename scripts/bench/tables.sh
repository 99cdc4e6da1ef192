# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Figures as tables to be read.

# Rows of tab-separated cells: the first column to the left, the others to the right. A line without tabs is a heading.
print_aligned() {
    awk -F '\t' '
        function flush(    row, column) {
            for (row = 1; row <= rows; row++) {
                printf "%-*s", width[1], cell[row, 1]
                for (column = 2; column <= columns; column++) {
                    printf "  %*s", width[column], cell[row, column]
                }
                printf "\n"
            }
            rows = columns = 0
            split("", width)
        }
        NF < 2 { flush(); print; next }
        {
            rows++
            columns = NF > columns ? NF : columns
            for (column = 1; column <= NF; column++) {
                cell[rows, column] = $column
                width[column] = length($column) > width[column] ? length($column) : width[column]
            }
        }
        END { flush() }'
}

# print_tables FILE
print_tables() {
    jq --raw-output --from-file "$repo_root/scripts/bench/tables.jq" "$1" | print_aligned
}
