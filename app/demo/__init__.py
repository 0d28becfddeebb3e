"""A partnership's year to try things on: invented people in a real programme, the same for every day it is built for.

What is published about 2021/22 stands in ``facts/`` and comes out again as figures, because the rows are so.
Nothing else in the app knows a published number, or this package.
"""
