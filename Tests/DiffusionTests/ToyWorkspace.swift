import Arrays
import Diffusion

/// A workspace for every row of `x`.
func toyWorkspace(for x: Points) -> Workspace {
  Workspace(samples: Samples(seed: 0, count: x.count))
}
