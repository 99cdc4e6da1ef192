#include "fixture.h"
#include <bpf/bpf.h>
#include <dns_fastpath/events.h>
namespace fastpath::test {
class Dbg : public FastPath {};
TEST_F(Dbg, Key) {
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    Effect e = run(frame().octets());
    fp_open_query_key k{}; fp_open_query v{};
    int m = loaded().programs.map("open_queries");
    ASSERT_EQ(bpf_map_get_next_key(m, nullptr, &k),0);
    bpf_map_lookup_elem(m,&k,&v);
    printf("%llx %llx bits %d view %d limit %d\n%llx %llx\n", v.key.hash[0], v.key.hash[1], v.query_bits, v.view, v.limit, cached.key.hash[0], cached.key.hash[1]);
    auto s = stored(cached.key);
    printf("born %llu life %u now %lu name_len %u qtype %u bits %u view %u limit %u body %u core %u\n", s.head->born, s.head->lifetime, coarse_now_ns(), s.head->name_len, s.head->qtype, s.head->query_bits, s.head->view, s.head->limit, s.head->body_len, s.head->core_len);
    for (auto &b : loaded().maps.buckets()) for (auto w : b.way) if (w) printf("bucket %ld way %llx class %u slot %u\n", &b - loaded().maps.buckets().data(), w, fp_way_class(w), fp_way_slot(w));
    printf("buckets %zu\n", loaded().maps.buckets().size());
}
}
