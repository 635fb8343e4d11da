"""Pages of runs that go on come seldom enough."""

from goldnas_tf.page.live import LivePage


class Clock:
    def __init__(self):
        self.time, self.taken, self.written = 100.0, 0.0, []

    def write(self, going_on):
        self.written.append((self.time, going_on))
        self.time += self.taken

    def __call__(self):
        return self.time


def test_a_page_is_renewed_where_the_last_one_is_old():
    clock = Clock()
    page = LivePage(clock.write, clock)
    for _ in range(10):
        page.renew()
        clock.time += 10.0
    assert clock.written == [(130.0, True), (160.0, True), (190.0, True)]
    page.end()
    assert clock.written[-1] == (200.0, False)


def test_a_page_takes_a_hundredth_of_the_time_at_most():
    clock = Clock()
    page = LivePage(clock.write, clock)
    clock.taken = 2.0
    page.renew_now()
    for _ in range(250):
        page.renew()
        clock.time += 1.0
    assert clock.written == [(100.0, True), (302.0, True)]
