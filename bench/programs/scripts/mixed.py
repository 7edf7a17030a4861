# What small programs in Python do: planets, an index of a text, orders as objects, a parser. Prints the results.
import re
import sys
from collections import defaultdict


class Body:
    def __init__(self, x, y, vx, vy, mass):
        self.x, self.y, self.vx, self.vy, self.mass = x, y, vx, vy, mass

    def pull(self, other, step):
        dx, dy = self.x - other.x, self.y - other.y
        pull = step / (dx * dx + dy * dy + 0.01) ** 1.5
        self.vx -= dx * other.mass * pull
        self.vy -= dy * other.mass * pull

    def move(self, step):
        self.x += step * self.vx
        self.y += step * self.vy


def planets(steps):
    bodies = [Body(0.0, 0.0, 0.0, 0.0, 1.0)] + [Body(1.0 + n, 0.5 * n, 0.1, 0.9 - 0.1 * n, 0.001 * n) for n in range(1, 5)]
    for _ in range(steps):
        for body in bodies:
            for other in bodies:
                if other is not body:
                    body.pull(other, 0.01)
        for body in bodies:
            body.move(0.01)
    return ["%.9f %.9f" % (body.x, body.y) for body in bodies]


def index(text):
    lines = defaultdict(list)
    for number, line in enumerate(text.splitlines()):
        for word in re.findall(r"[a-z]+", line.lower()):
            lines[word].append(number)
    most = sorted(lines.items(), key=lambda item: (-len(item[1]), item[0]))[:20]
    swapped = re.sub(r"\b(\w+) (the|a) (\w+)", r"\3 \2 \1", text)
    return ["%s %d" % (word, sum(found)) for word, found in most] + [str(len(re.findall(r"\b(\w)\w*\1\b", swapped)))]


class Account:
    def __init__(self, name):
        self.name, self.balance, self.orders = name, 0, []

    def book(self, amount, note):
        if self.balance + amount < 0:
            raise ValueError("not enough")
        self.balance += amount
        self.orders.append((note, amount))


class Checked(Account):
    refused = 0

    def book(self, amount, note):
        try:
            super().book(amount, note)
        except ValueError:
            self.refused += 1


def orders(count):
    accounts = {name: Checked(name) for name in ("ann", "ben", "cleo", "dan")}
    state = 1
    for number in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        account = accounts[("ann", "ben", "cleo", "dan")[state >> 8 & 3]]
        account.book((state >> 12) % 200 - 99, "order-{:05d}".format(number))
    return ["%s %d %d %s" % (a.name, a.balance, a.refused, max(a.orders)[0]) for a in accounts.values()]


TOKEN = re.compile(r"\s*(?:(\d+)|(.))")


def evaluate(text):
    tokens = [(number, sign) for number, sign in TOKEN.findall(text)] + [("", "")]
    place = 0

    def atom():
        nonlocal place
        number, sign = tokens[place]
        place += 1
        if number:
            return int(number)
        value = total()
        place += 1
        return value

    def product():
        nonlocal place
        value = atom()
        while tokens[place][1] == "*":
            place += 1
            value = value * atom() % 1000003
        return value

    def total():
        nonlocal place
        value = product()
        while tokens[place][1] in ("+", "-"):
            sign = tokens[place][1]
            place += 1
            value = value + product() if sign == "+" else value - product()
        return value

    return total()


def expressions(count):
    return [str(sum(evaluate("%d * (%d + 3 * (%d - 7)) - (1 + 2) * %d" % (n, n * 7, n * 3, n)) for n in range(count)))]


with open(sys.argv[1]) as source:
    text = source.read()
for line in planets(2400) + index(8 * text) + orders(80000) + expressions(2400):
    print(line)
