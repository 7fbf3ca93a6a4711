"""The same work many times, here or elsewhere: executors behind one interface, and files with digests instead of pickles.

    archive    a report's folder as bytes with a digest; a worker unpacks it once
    delivery   what comes back: named files with their digests, verified on arrival
    work       what a worker does with one record
    executors  inline, processes on this machine, a Dask cluster
    store      where deliveries are kept, and what is finished already
"""
