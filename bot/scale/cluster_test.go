package scale

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// head is how a commitment's answer begins: it tells which message it answers.
var head = regexp.MustCompile(`(?m)^([a-z]+(?:-[a-z]+)*-\d+) · `)

// text reads the statement once: it is only read.
var text = sync.OnceValues(func() (*statement.Statement, error) {
	s, faults := statement.Load(seeds.FS)
	return s, faults.Err()
})

// ids are the commitments' ids: each is asked for and answered by its own.
func ids(t testing.TB) []string {
	t.Helper()
	s, err := text()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range s.Commitments {
		all = append(all, c.ID)
	}
	slices.Sort(all)
	return all
}

// answered are the ids that the bot's messages in a chat answer, in order.
func answered(api *faketelegram.Server, c *faketelegram.Chat) (ids []string) {
	for _, m := range api.Said(c) {
		for _, match := range head.FindAllStringSubmatch(m.Text, -1) {
			ids = append(ids, match[1])
		}
	}
	return ids
}

// talkers makes people who each ask for n different commitments in an order of their own.
func talkers(t testing.TB, api *faketelegram.Server, first, people, n int) []*talker {
	t.Helper()
	all := ids(t)
	if n > len(all) {
		t.Fatalf("%d questions of one person, and %d commitments", n, len(all))
	}
	var crowd []*talker
	for i := range people {
		p := &talker{chat: api.Person(int64(first+i), "en")}
		for k := range n {
			p.say = append(p.say, all[(i*7+k)%len(all)])
		}
		crowd = append(crowd, p)
	}
	return crowd
}

// tally is what became of all that people said.
type tally struct{ said, answers, lost, twice, disorder int }

// count compares what each person said with what was answered.
func count(t testing.TB, api *faketelegram.Server, people []*talker) (sum tally) {
	t.Helper()
	for _, p := range people {
		got := answered(api, p.chat)
		sum.said += len(p.say)
		sum.answers += len(got)
		lost, twice := 0, 0
		for _, id := range p.say {
			switch n := len(slices.DeleteFunc(slices.Clone(got), func(g string) bool { return g != id })); {
			case n == 0:
				lost++
			case n > 1:
				twice++
			}
		}
		sum.lost += lost
		sum.twice += twice
		if lost+twice == 0 && !slices.Equal(got, p.say) {
			sum.disorder++
		}
		if !slices.Equal(got, p.say) && sum.lost+sum.twice+sum.disorder < 10 {
			t.Errorf("a chat is not answered as it should be:\n  said     %s\n  answered %s", strings.Join(p.say, " "), strings.Join(got, " "))
		}
	}
	return sum
}

// inFlight is how many updates are under way at the same time. What a killed process was sending is found again if fewer than 2048
// messages of all chats came between its being written and its being sent: so many are looked at where the API sets no limit.
const inFlight = 64

// TestCluster runs three replicas on a Redis Cluster of three masters and their replicas, and three processes that send reminders.
// Updates come to all replicas in turn, some twice and to different ones; the reminders are due all at once. One process of each kind
// is killed in mid-flow, and that of Redis's masters which keeps the reminders' queue. Nothing may be lost, nothing said twice, and
// each chat's order is kept. COBIJO_LONG=1 drives 100,000 updates and 5,000 reminders.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	people, each, reminded, settle := 150, 20, 300, 3*time.Second
	if os.Getenv("COBIJO_LONG") != "" {
		people, each, reminded, settle = 2000, 50, 5000, 15*time.Second
	}
	cluster := newCluster(t)
	rdb := connect(t, cluster.url())
	api := faketelegram.New()
	defer api.Close()
	binary := build(t)
	var replicas []*replica
	for _, port := range ports(t, 3) {
		replicas = append(replicas, newReplica(t, binary, port, cluster.url(), "TELEGRAM_TOKEN="+api.Token, "TELEGRAM_API_URL="+api.URL()))
	}
	c := &crowd{t: t, api: api, front: newFront(replicas), people: talkers(t, api, 10_000, people, each), side: inFlight, one: 10, patience: 3 * longest}
	due, slack := subscribe(t, rdb, reminded), newChannels(t)
	var senders []*sender
	for range 3 {
		senders = append(senders, newSender(t, cluster.url(), slack.URL))
	}
	total := int64(people * each)
	begin := time.Now()
	var killed, died, took atomic.Int64 // nanoseconds since the begin
	var before atomic.Int64             // reminders that were posted before the first died
	victim := cluster.holds(reminderQueue)
	c.run(map[int64]func(){
		total / 8: func() {
			within(t, longest, "reminders are posted", func() bool { return slack.posted() > 10 })
			before.Store(int64(slack.posted()))
			senders[0].kill()
			replicas[0].kill() // the front notices by itself: what it brings there is refused
			killed.Store(int64(time.Since(begin)))
			time.Sleep(2 * time.Second)
			replicas[0].down.Store(true)
			ageLeases(t.Context(), rdb)
			newSender(t, cluster.url(), slack.URL) // as a supervisor does
		},
		total / 4: func() {
			cluster.servers[victim].kill()
			died.Store(int64(time.Since(begin)))
			within(t, longest, "a replica takes over", func() bool { return cluster.leads(masters + victim) })
			took.Store(int64(time.Since(begin)) - died.Load())
		},
	})
	ran := time.Since(begin)
	ageLeases(t.Context(), rdb)
	senders = append(senders, newSender(t, cluster.url(), slack.URL))
	// What is put off for a while is said in time, and so is what a process that is no more was about to post.
	answers := func() (n int) {
		for _, p := range c.people {
			n += len(answered(api, p.chat))
		}
		return n
	}
	for end := time.Now().Add(3 * longest); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if lost, _ := slack.count(due); lost == 0 && answers() >= int(total) {
			break
		}
		ageLeases(t.Context(), rdb)
	}
	reminding := time.Since(begin)
	time.Sleep(settle) // and what would be said twice, too
	sum := count(t, api, c.people)
	lost, twice := slack.count(due)
	t.Logf("%d updates in %v (%.0f a second) to %d chats, %d more were repeats, %d deliveries were not acknowledged and came again",
		total, ran.Round(time.Millisecond), float64(total)/ran.Seconds(), people, c.front.again.Load(), c.front.refused.Load())
	t.Logf("a replica was killed after %v, a master after %v; its replica took over in %v; %d looks for a message that may have been sent",
		time.Duration(killed.Load()).Round(time.Millisecond), time.Duration(died.Load()).Round(time.Millisecond),
		time.Duration(took.Load()).Round(time.Millisecond), len(api.Calls("editMessageText")))
	t.Logf("%d said, %d answers: %d lost, %d answered twice, %d chats out of order", sum.said, sum.answers, sum.lost, sum.twice, sum.disorder)
	t.Logf("%d reminders (%d of them before the first process was killed), all in %v: %d lost, %d posted twice",
		len(due), before.Load(), reminding.Round(time.Millisecond), lost, twice)
	if sum.lost+sum.twice+sum.disorder > 0 || sum.answers != sum.said {
		t.Errorf("lost %d, twice %d, out of order %d, %d answers to %d messages", sum.lost, sum.twice, sum.disorder, sum.answers, sum.said)
		for i, r := range replicas {
			t.Logf("replica %d logged at the end:\n%s", i, r.logs.tail(15))
		}
	}
	if lost+twice > 0 || slack.posted() != len(due) {
		t.Errorf("of %d reminders %d were lost, %d posted twice, %d posts in all", len(due), lost, twice, slack.posted())
		for i, s := range senders {
			t.Logf("sender %d logged at the end:\n%s", i, s.logs.tail(15))
		}
	}
	for _, problem := range api.Problems() {
		t.Errorf("no Bot API takes this: %s", problem)
	}
}
