package reminders

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// servers are those that the pipeline is tested on.
func servers() map[string]func(testing.TB) redis.UniversalClient {
	return map[string]func(testing.TB) redis.UniversalClient{
		"embedded":     embedded,
		"redis-server": func(t testing.TB) redis.UniversalClient { return redisServer(t, false).client() },
	}
}

func TestPostsOnce(t *testing.T) {
	for name, start := range servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, start(t), nine(t).Add(-time.Second/2))
			occurrences := dueAt(t, r, "a", 10)
			run(t, r.Service)
			eventually(t, time.Minute, "all are recorded", recorded(t, r.store, occurrences))
			time.Sleep(200 * time.Millisecond) // a few more looks
			once(t, r.channel, occurrences)
			for o, want := range map[Outcome]int{OutcomeDue: 10, OutcomeClaimed: 10, OutcomeSent: 10} {
				if got := r.count(o); got != want {
					t.Errorf("%s: %d, want %d", o, got, want)
				}
			}
			for _, p := range r.channel.all() {
				if p.Late || fmt.Sprint(p.Items) != "[mx-01 mx-02]" {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// TestReplicas has two and three replicas plan and send the same.
func TestReplicas(t *testing.T) {
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			server := redisServer(t, false)
			r := newRig(t, server.client(), nine(t).Add(-time.Second/2))
			occurrences := dueAt(t, r, "a", 40)
			run(t, r.Service)
			for range n - 1 {
				run(t, newService(t, server.client(), newPoster(r.channel.URL), r.clock.now, fastTiming(), nil))
			}
			eventually(t, time.Minute, "all are recorded", recorded(t, r.store, occurrences))
			time.Sleep(200 * time.Millisecond)
			once(t, r.channel, occurrences)
		})
	}
}

// TestChannelFails has the channel answer badly: before it posted, and after.
func TestChannelFails(t *testing.T) {
	for name, how := range map[string]fault{
		"429": throttled, "500 before": brokenBefore, "500 after": brokenAfter, "silent before": silentBefore, "silent after": silentAfter,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRigWith(t, redisServer(t, false).client(), nine(t), lossyTiming())
			r.channel.fault = func(_ string, n int) fault {
				if n < 2 {
					return how
				}
				return fine
			}
			occurrences := dueAt(t, r, "a", 6)
			run(t, r.Service)
			eventually(t, time.Minute, "all are recorded", recorded(t, r.store, occurrences))
			once(t, r.channel, occurrences)
			if after := how == brokenAfter || how == silentAfter; after != (r.count(OutcomeFound) == 6) {
				t.Errorf("found %d", r.count(OutcomeFound))
			}
		})
	}
}
