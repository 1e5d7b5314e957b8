package scale

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/store"
)

// server is a redis-server process.
type server struct {
	t    testing.TB
	port string
	dir  string
	args []string
	cmd  *exec.Cmd
}

func (s *server) addr() string { return "127.0.0.1:" + s.port }
func (s *server) url() string  { return "redis://" + s.addr() }

// newServer starts a redis-server that ends with the test.
func newServer(t testing.TB, port string, args ...string) *server {
	t.Helper()
	s := &server{t: t, port: port, dir: t.TempDir()}
	s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", s.dir}, args...)
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command(program(s.t, "redis-server"), s.args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	within(s.t, longest, "redis-server listens", func() bool { return listens(s.addr()) })
}

// kill ends the server at once, with signal 9.
func (s *server) kill() { s.end(syscall.SIGKILL) }

// stop lets the server end what it does.
func (s *server) stop() { s.end(syscall.SIGTERM) }

func (s *server) end(sig syscall.Signal) {
	_ = s.cmd.Process.Signal(sig)
	_ = s.cmd.Wait()
}

// connect gives a client as the assistant makes it.
func connect(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	rdb, err := store.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// cluster is a Redis Cluster: the masters, and a replica of each.
type cluster struct {
	t       testing.TB
	servers []*server // the masters, then their replicas
	ids     []string
	clients []*redis.Client
}

// masters is how many masters a cluster has: fewer could not agree on a failover.
const masters = 3

// slots is how many parts the keys of a cluster are divided into.
const slots = 16384

// nodeTimeout is after how long a node that says nothing is taken for dead.
const nodeTimeout = "2000"

// newCluster starts a cluster and waits until it serves and each replica follows its master.
func newCluster(t testing.TB) *cluster {
	t.Helper()
	program(t, "redis-server")
	c := &cluster{t: t}
	all := ports(t, 4*masters)
	for i := range 2 * masters {
		s := newServer(t, all[i], "--appendonly", "no", "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", all[2*masters+i],
			"--cluster-node-timeout", nodeTimeout, "--cluster-replica-validity-factor", "0")
		rdb := redis.NewClient(&redis.Options{Addr: s.addr()})
		t.Cleanup(func() { _ = rdb.Close() })
		c.servers, c.clients = append(c.servers, s), append(c.clients, rdb)
		id := ""
		within(t, longest, "a node says who it is", func() (ok bool) {
			var err error
			id, err = rdb.Do(t.Context(), "CLUSTER", "MYID").Text()
			return err == nil
		})
		c.ids = append(c.ids, id)
	}
	for i := range masters {
		c.do(i, "CLUSTER", "ADDSLOTSRANGE", i*slots/masters, (i+1)*slots/masters-1)
	}
	for i := 1; i < 2*masters; i++ {
		c.do(0, "CLUSTER", "MEET", "127.0.0.1", c.servers[i].port, all[2*masters+i])
	}
	within(t, longest, "all nodes know each other", func() bool {
		for i := range c.clients {
			if !c.says(i, "CLUSTER INFO", "cluster_known_nodes:6") {
				return false
			}
		}
		return true
	})
	for i := masters; i < 2*masters; i++ {
		within(t, longest, "a replica knows its master", func() bool {
			return c.clients[i].Do(t.Context(), "CLUSTER", "REPLICATE", c.ids[i-masters]).Err() == nil
		})
	}
	within(t, longest, "the cluster serves", func() bool {
		for i := range c.clients {
			if !c.says(i, "CLUSTER INFO", "cluster_state:ok") || i >= masters && !c.says(i, "INFO replication", "master_link_status:up") {
				return false
			}
		}
		return true
	})
	return c
}

func (c *cluster) do(i int, args ...any) {
	c.t.Helper()
	if err := c.clients[i].Do(c.t.Context(), args...).Err(); err != nil {
		c.t.Fatalf("%v: %v", args, err)
	}
}

// says tells whether a node's answer to a command has a line.
func (c *cluster) says(i int, command, line string) bool {
	var args []any
	for word := range strings.FieldsSeq(command) {
		args = append(args, word)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	text, err := c.clients[i].Do(ctx, args...).Text()
	return err == nil && strings.Contains(text, line+"\r\n")
}

// url names all nodes.
func (c *cluster) url() string {
	var all []string
	for _, s := range c.servers {
		all = append(all, s.url())
	}
	return strings.Join(all, ",")
}

// leads tells whether a node is a master.
func (c *cluster) leads(i int) bool { return c.says(i, "INFO replication", "role:master") }

// holds gives the master that has a key.
func (c *cluster) holds(key string) int {
	c.t.Helper()
	slot, err := c.clients[0].ClusterKeySlot(c.t.Context(), key).Result()
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range masters {
		if int(slot) < (i+1)*slots/masters {
			return i
		}
	}
	return masters - 1
}
