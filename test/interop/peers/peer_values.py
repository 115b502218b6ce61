"""Values that are difficult to carry in JSON, by the names that the tests have for them."""

import datetime
import uuid


def _nested(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


VALUES = {
    'NaN': float('nan'),
    'infinity': float('inf'),
    'minus infinity': float('-inf'),
    'the largest safe integer': 2 ** 53 - 1,
    'an integer beyond 2^53': 2 ** 53 + 1,
    'a negative integer beyond 2^64': -2 ** 64 - 1,
    'a hundred digits': 10 ** 100 - 1,
    'a whole float': 3.0,
    'a large whole float': 1e22,
    'minus zero': -0.0,
    'the smallest float': 5e-324,
    'a fraction': 0.1,
    'a date and time': datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
    'a date and time with a zone': datetime.datetime(
        2024, 2, 29, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    'a UUID': uuid.UUID(int=5),
    'text beyond the BMP': '\U0001d4b3\U0001f600 \u2603',
    'a lone surrogate': '\ud800',
    'a NUL': 'a\0b',
    'an empty text': '',
    'an empty list': [],
    'an empty object': {},
    'many empty things': [[], {}, '', [{}], {'': []}],
    'a tuple': (1, 'a', None),
    'a set': {1},
    'keys that are numbers': {'z': 'c', 10: 'b', 2: 'a'},
    'a hundred levels': _nested(100),
}
