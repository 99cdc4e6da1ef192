# SPDX-License-Identifier: Apache-2.0
# Draws lines by Zipf's law with exponent 1: the line of rank r comes as often as 1/r.
# Usage: awk -v draws=COUNT -f zipf.awk QUERIES. The same arguments give the same draws every time.

# A Lehmer generator, so that every awk agrees; between 0 and 1.
function next_random() {
    seed = seed * 16807 % 2147483647
    return seed / 2147483647
}

# The lowest rank whose sum is not below `wanted`.
function rank_of(wanted,    low, high, middle) {
    low = 1
    high = count
    while (low < high) {
        middle = int((low + high) / 2)
        if (sum[middle] < wanted) {
            low = middle + 1
        } else {
            high = middle
        }
    }
    return low
}

function no_divisor_in_common(a, b) {
    return b == 0 ? a == 1 : no_divisor_in_common(b, a % b)
}

{ line[count++] = $0 }

END {
    for (rank = 1; rank <= count; rank++) {
        sum[rank] = sum[rank - 1] + 1 / rank
    }
    # Ranks are dealt over the file with this stride, so that neighbours in it are not popular together.
    for (stride = int(count * 0.618) + 1; !no_divisor_in_common(stride, count); stride++) {
    }
    seed = 1
    for (i = 0; i < draws; i++) {
        print line[rank_of(next_random() * sum[count]) * stride % count]
    }
}
